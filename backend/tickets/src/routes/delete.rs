//! `DELETE /api/tickets/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use ticketing_platform::db::Tx;
use ticketing_platform::http::{ApiError, IfMatch, PathId};
use ticketing_platform::session::Session;
use ticketing_sdk::{Problem, TicketId};

use super::map_edit_error;
use crate::{App, store};

/// Withdraws a ticket of the signed-in user.
///
/// An order that is already on its way prevails: the ticket then appears again as `reserved` or `sold`, and is gone
/// again (404) if that order ends unpaid.
#[utoipa::path(
    delete, path = "/api/tickets/{id}", tag = "tickets", operation_id = "deleteTicket",
    params(
        ("id" = String, Path, description = "The ticket"),
        ("If-Match" = Option<String>, Header, description = "Only if the ticket has this version"),
    ),
    security(("session" = [])),
    responses(
        (status = 204, description = "The ticket is withdrawn"),
        (status = 400, description = "The ticket is reserved", body = Problem),
        (status = 401, description = "Not signed in, or not the owner", body = Problem),
        (status = 404, description = "There is no such ticket", body = Problem),
        (status = 412, description = "The ticket has another version", body = Problem),
    )
)]
pub(crate) async fn delete(
    State(app): State<App>,
    session: Session,
    PathId(id): PathId<TicketId>,
    wanted_version: IfMatch,
) -> Result<StatusCode, ApiError> {
    app.writes.acquire(&session.user_id)?;
    let core = app.core.clone();
    let unit = move |tx: &mut Tx<'_>| {
        let check = |version| wanted_version.check(version).is_ok();
        store::delete(tx, &app.publisher(), &id, &session.user_id, check)
    };
    core.db.write(unit).await.map_err(|error| map_edit_error(error, "delete"))?;
    Ok(StatusCode::NO_CONTENT)
}
