//! `GET /api/orders/{id}/timeline`

use axum::extract::State;
use ticketing_platform::http::{ApiError, Json, PathId};
use ticketing_platform::session::Session;
use ticketing_sdk::{OrderId, Problem, ServiceTimeline};

use crate::{App, store};

/// Returns what the orders service retains of an order.
///
/// Each service answers for its own part; a client merges the parts.
#[utoipa::path(
    get, path = "/api/orders/{id}/timeline", tag = "orders", operation_id = "getOrderTimeline",
    params(("id" = String, Path, description = "The order")),
    security(("session" = [])),
    responses(
        (status = 200, description = "The requests, the deadline, the events and their deliveries", body = ServiceTimeline),
        (status = 401, description = "Not signed in, or the order of another user", body = Problem),
        (status = 404, description = "The order does not exist", body = Problem),
    )
)]
pub(crate) async fn timeline(
    State(app): State<App>,
    session: Session,
    PathId(id): PathId<OrderId>,
) -> Result<Json<ServiceTimeline>, ApiError> {
    let now = app.core.clock.now();
    let found = app.core.db.read(move |tx| store::timeline(tx, &id, now)).await?;
    Ok(Json(session.ensure_owner(found)?))
}
