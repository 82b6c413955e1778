//! `/api/passes`: one file per route, and what they share.

pub(crate) mod calendar;
pub(crate) mod check_ins;
pub(crate) mod claims;
pub(crate) mod get;
pub(crate) mod keys;
pub(crate) mod list;
pub(crate) mod resale;
pub(crate) mod transfer;

use ticketing_platform::http::ApiError;
use ticketing_sdk::{ErrorCode, ErrorDetail, Pass, PassStatus, UserId};

use crate::App;
use crate::domain::pass::{CheckInError, PassUnavailable, StoredPass};
use crate::store::passes::PassError;

/// Returns the pass as `viewer` may see it, with its code where the viewer holds it and it is valid.
fn show_pass(app: &App, pass: &StoredPass, viewer: &UserId) -> Result<Pass, ApiError> {
    let mut shown = pass.shown_to(viewer, app.resale_cap, app.core.clock.now());
    if pass.holder_id == *viewer && shown.status == PassStatus::Valid {
        shown.code = Some(app.pass_signer.sign(&pass.id, pass.serial).map_err(ApiError::internal)?);
    }
    Ok(shown)
}

/// The response to a refused request.
fn map_pass_error(error: PassError) -> ApiError {
    match error {
        PassError::NotFound => ApiError::not_found(),
        PassError::Unavailable(PassUnavailable::Status(status)) => {
            ApiError::rule(ErrorCode::PassNotValid, format!("The pass is {}", label(status)))
        }
        PassError::Unavailable(PassUnavailable::Entered) => ApiError::rule(
            ErrorCode::PassNotValid,
            "An earlier holder has entered with this pass, so it cannot be sold on",
        ),
        PassError::ClaimInvalid => ApiError::rule(ErrorCode::ClaimInvalid, "The claim code is not valid"),
        PassError::CheckIn(error) => match error {
            CheckInError::Invalid => invalid_code(),
            CheckInError::NotIssuer => ApiError::not_owner(),
            CheckInError::Superseded => ApiError::rule(
                ErrorCode::PassSuperseded,
                "The pass has another holder since this code was made",
            ),
            CheckInError::AlreadyAdmitted { admitted_at, device } => {
                ApiError::already_admitted(admitted_at, device)
            }
            CheckInError::Offered => ApiError::rule(ErrorCode::PassOffered, "The pass is for sale"),
            CheckInError::OtherDay { title, starts_at, at } => {
                let message = format!("{title}: {}", starts_at.other_day_message(at));
                let detail = ErrorDetail::new(message).field("code").code(ErrorCode::PassOtherDay);
                ApiError::invalid(vec![detail.title(title).starts_at(starts_at)])
            }
        },
        PassError::Db(error) => error.into(),
    }
}

fn invalid_code() -> ApiError {
    ApiError::rule(ErrorCode::PassInvalid, "This is not the code of a pass")
}

fn label(status: PassStatus) -> &'static str {
    match status {
        // The last serial is in use.
        PassStatus::Valid => "not transferable any more",
        PassStatus::Offered => "for sale",
        PassStatus::Used => "used",
        PassStatus::Void => "void",
        _ => "in another state",
    }
}
