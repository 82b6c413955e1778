//! The routes of tickets, one file each, and their common code.

pub(crate) mod create;
pub(crate) mod delete;
mod filter_schemas;
pub(crate) mod get;
mod input;
pub(crate) mod list;
pub(crate) mod passes;
pub(crate) mod timeline;
pub(crate) mod update;

use ticketing_platform::http::ApiError;
use ticketing_sdk::ErrorCode;

use crate::store::EditError;

/// Returns the response of a map_edit_error edit; `verb` names the operation.
fn map_edit_error(error: EditError, verb: &str) -> ApiError {
    match error {
        EditError::NotFound => ApiError::not_found(),
        EditError::NotOwner => ApiError::not_owner(),
        EditError::Reserved => {
            ApiError::rule(ErrorCode::TicketReserved, format!("Cannot {verb} a reserved ticket"))
        }
        EditError::Resale(errors) => ApiError::invalid_fields(errors),
        EditError::OtherVersion(_) => ApiError::version_mismatch(),
        EditError::Db(error) => error.into(),
    }
}
