//! `GET /api/orders/{id}`

use axum::extract::State;
use axum::response::IntoResponse;
use ticketing_platform::http::etag::etag;
use ticketing_platform::http::{ApiError, Json, PathId};
use ticketing_platform::session::Session;
use ticketing_sdk::{Order, OrderId, Problem};

use crate::{App, store};

/// Returns an order of the signed-in user.
#[utoipa::path(
    get, path = "/api/orders/{id}", tag = "orders", operation_id = "getOrder",
    params(("id" = String, Path, description = "The order")),
    security(("session" = [])),
    responses(
        (status = 200, description = "The order; its version is the ETag", body = Order),
        (status = 401, description = "Not signed in, or another's order", body = Problem),
        (status = 404, description = "There is no such order", body = Problem),
    )
)]
pub(crate) async fn get(
    State(app): State<App>,
    session: Session,
    PathId(id): PathId<OrderId>,
) -> Result<impl IntoResponse, ApiError> {
    let order = app.core.db.read(move |tx| store::find(tx, &id)).await?;
    let order = session.ensure_owner(order.map(|order| (order.user_id.clone(), order)))?;
    Ok(([etag(order.version)], Json(order)))
}
