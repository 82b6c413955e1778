//! `GET /api/tickets/{id}`

use axum::extract::State;
use axum::response::IntoResponse;
use ticketing_platform::http::etag::etag;
use ticketing_platform::http::{ApiError, Json, PathId};
use ticketing_sdk::{Problem, Ticket, TicketId};

use crate::{App, store};

/// Returns a ticket.
#[utoipa::path(
    get, path = "/api/tickets/{id}", tag = "tickets", operation_id = "getTicket",
    params(("id" = String, Path, description = "The ticket")),
    security(()),
    responses(
        (status = 200, description = "The ticket; its version is the ETag", body = Ticket),
        (status = 404, description = "There is no such ticket", body = Problem),
    )
)]
pub(crate) async fn get(
    State(app): State<App>,
    PathId(id): PathId<TicketId>,
) -> Result<impl IntoResponse, ApiError> {
    let ticket = app.core.db.read(move |tx| store::find(tx, &id)).await?;
    let ticket = ticket.ok_or_else(ApiError::not_found)?;
    Ok(([etag(ticket.version)], Json(ticket)))
}
