//! `POST /api/tickets`

use axum::extract::State;
use axum::http::StatusCode;
use ticketing_platform::db::Tx;
use ticketing_platform::http::{ApiError, Json};
use ticketing_platform::idempotency::{Answer, IdempotencyKey, KeyedAnswer, KeyedRequest, write_once};
use ticketing_platform::session::Session;
use ticketing_sdk::{NewTicket, Problem, Ticket, TicketId};

use super::input::TicketInput;
use crate::{App, store};

/// Lists a ticket for sale.
///
/// Title, venue and seat are single lines: a line break or another control character becomes a space.
#[utoipa::path(
    post, path = "/api/tickets", tag = "tickets", operation_id = "createTicket", request_body = NewTicket,
    security(("session" = [])),
    responses(
        (status = 201, description = "The ticket is listed", body = Ticket),
        (status = 400, description = "A field is not valid", body = Problem),
        (status = 409, description = "The first request with this key is still being answered", body = Problem),
        (status = 422, description = "The key was used with another body", body = Problem),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    session: Session,
    key: IdempotencyKey,
    Json(input): Json<TicketInput>,
) -> Result<KeyedAnswer, ApiError> {
    let new = input.check()?;
    let now = app.core.clock.now();
    let (user, terms) = (&session.user_id, (new.title.as_str(), new.price, &new.details));
    let request = KeyedRequest::of_body(&key, user, "POST /api/tickets", &terms, now)?;
    app.writes.acquire_keyed(&session.user_id, &app.core.db, &request).await?;
    let core = app.core.clone();
    let unit = move |tx: &mut Tx<'_>| {
        let id = TicketId::new(app.core.clock.new_id());
        Answer::json(StatusCode::CREATED, &store::create(tx, &app.publisher(), id, &session.user_id, &new)?)
    };
    write_once(&core.db, request, unit).await
}
