//! `GET /api/orders/{id}/timeline`

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use ticketing_platform::http::{ApiError, Json};
use ticketing_platform::session::Session;
use ticketing_sdk::{OrderId, Problem, ServiceTimeline};

use crate::{App, store};

/// What the orders service retains of an order.
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
    id: Result<Path<OrderId>, PathRejection>,
) -> Result<Json<ServiceTimeline>, ApiError> {
    let Path(id) = id.map_err(|_| ApiError::not_found())?;
    let now = app.core.clock.now();
    let found = app.core.db.read(move |tx| store::timeline(tx, &id, now)).await?;
    let (owner, timeline) = found.ok_or_else(ApiError::not_found)?;
    if owner != session.user_id {
        return Err(ApiError::not_owner());
    }
    Ok(Json(timeline))
}
