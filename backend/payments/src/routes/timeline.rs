//! `GET /api/payments/timeline`

use axum::extract::State;
use axum::http::Uri;
use ticketing_platform::http::{ApiError, Json, Query, ValidationErrors};
use ticketing_platform::session::Session;
use ticketing_sdk::{OrderId, Problem, ServiceTimeline};

use crate::{App, store};

/// Returns what the payments service retains of an order.
///
/// Each service answers for its own part; a client merges the parts.
#[utoipa::path(
    get, path = "/api/payments/timeline", tag = "payments", operation_id = "getPaymentTimeline",
    params(("order" = String, Query, description = "The order")),
    security(("session" = [])),
    responses(
        (status = 200, description = "The payments, the calls of the card provider, the events and their deliveries",
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
    let mut errors = ValidationErrors::new();
    let query = Query::of(&uri);
    let order = query.value("order", &mut errors);
    if order.is_none() {
        errors.push("order", "Order must be provided");
    }
    errors.finish()?;
    let id = order.map(OrderId::new).ok_or_else(ApiError::not_found)?;
    let now = app.core.clock.now();
    let found = app.core.db.read(move |tx| store::timeline(tx, &id, now)).await?;
    let (owner, timeline) = found.ok_or_else(ApiError::not_found)?;
    if owner != session.user_id {
        return Err(ApiError::not_owner());
    }
    Ok(Json(timeline))
}
