//! `GET /api/tickets/timeline`

use axum::extract::State;
use axum::http::Uri;
use ticketing_platform::http::{ApiError, Json, Query};
use ticketing_platform::session::Session;
use ticketing_sdk::{OrderId, Problem, ServiceTimeline};

use crate::{App, store};

/// Returns what the tickets service retains of an order.
///
/// Each service answers for its own part; a client merges the parts.
#[utoipa::path(
    get, path = "/api/tickets/timeline", tag = "tickets", operation_id = "getTicketTimeline",
    params(("order" = String, Query, min_length = 1, pattern = "^[^\u{0}]*$", description = "The order")),
    security(("session" = [])),
    responses(
        (status = 200, description = "Who held the ticket when, the events and their deliveries",
         body = ServiceTimeline),
        (status = 400, description = "The order is missing", body = Problem),
        (status = 401, description = "Not signed in, or the order of another user", body = Problem),
        (status = 404, description = "The service has not received such an order", body = Problem),
    )
)]
pub(crate) async fn timeline(
    State(app): State<App>,
    session: Session,
    uri: Uri,
) -> Result<Json<ServiceTimeline>, ApiError> {
    let id = OrderId::new(Query::from_uri(&uri).required_id("order", "Order must be provided")?);
    let now = app.core.clock.now();
    let found = app.core.db.read(move |tx| store::timeline(tx, &id, now)).await?;
    Ok(Json(session.ensure_owner(found)?))
}
