//! `PUT /api/tickets/{id}`

use axum::extract::State;
use axum::response::IntoResponse;
use ticketing_platform::db::Tx;
use ticketing_platform::http::etag::etag;
use ticketing_platform::http::{ApiError, IfMatch, Json, PathId};
use ticketing_platform::session::Session;
use ticketing_sdk::{Problem, Ticket, TicketId, TicketUpdate};

use super::input::TicketInput;
use super::map_edit_error;
use crate::{App, store};

/// Changes a ticket of the signed-in user. Details that are absent stay as they are; `null` clears them.
///
/// Of a listing that sells a pass on only the price can change, up to the `resaleLimit` of the pass.
/// Title, venue and seat are single lines: a line break or another control character becomes a space.
#[utoipa::path(
    put, path = "/api/tickets/{id}", tag = "tickets", operation_id = "updateTicket", request_body = TicketUpdate,
    params(
        ("id" = String, Path, description = "The ticket"),
        ("If-Match" = Option<String>, Header, description = "Only if the ticket has this version"),
    ),
    security(("session" = [])),
    responses(
        (status = 200, description = "The ticket as it is now", body = Ticket),
        (status = 400, description = "A field is not valid, or the ticket is reserved", body = Problem),
        (status = 401, description = "Not signed in, or not the owner", body = Problem),
        (status = 404, description = "There is no such ticket", body = Problem),
        (status = 412, description = "The ticket has another version", body = Problem),
    )
)]
pub(crate) async fn update(
    State(app): State<App>,
    session: Session,
    PathId(id): PathId<TicketId>,
    wanted_version: IfMatch,
    Json(input): Json<TicketInput>,
) -> Result<impl IntoResponse, ApiError> {
    let wanted = input.check()?;
    app.writes.acquire(&session.user_id)?;
    let core = app.core.clone();
    let unit = move |tx: &mut Tx<'_>| {
        let check = |version| wanted_version.check(version).is_ok();
        let new = store::NewListing { resale_cap: app.resale_cap, ..wanted.clone() };
        store::update(tx, &app.publisher(), &id, &session.user_id, &new, check)
    };
    let ticket = core.db.write(unit).await.map_err(|error| map_edit_error(error, "edit"))?;
    Ok(([etag(ticket.version)], Json(ticket)))
}
