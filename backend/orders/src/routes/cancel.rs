//! `DELETE /api/orders/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use ticketing_platform::db::Tx;
use ticketing_platform::http::{ApiError, PathId};
use ticketing_platform::session::Session;
use ticketing_sdk::{ErrorCode, OrderId, OrderStatus, Problem};

use crate::store::CancelError;
use crate::{App, store};

/// Cancels an order of the signed-in user. A cancelled order stays unchanged.
#[utoipa::path(
    delete, path = "/api/orders/{id}", tag = "orders", operation_id = "cancelOrder",
    params(("id" = String, Path, description = "The order")),
    security(("session" = [])),
    responses(
        (status = 204, description = "The order is cancelled"),
        (status = 400, description = "A payment is being taken, or the order is complete", body = Problem),
        (status = 401, description = "Not signed in, or another's order", body = Problem),
        (status = 404, description = "There is no such order", body = Problem),
    )
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    session: Session,
    PathId(id): PathId<OrderId>,
) -> Result<StatusCode, ApiError> {
    app.writes.acquire(&session.user_id)?;
    let core = app.core.clone();
    let unit =
        move |tx: &mut Tx<'_>| store::cancel(tx, &core.outbox, &id, &session.user_id, core.clock.now());
    app.core.db.write(unit).await.map_err(cancel_error)?;
    Ok(StatusCode::NO_CONTENT)
}

fn cancel_error(error: CancelError) -> ApiError {
    match error {
        CancelError::NotFound => ApiError::not_found(),
        CancelError::NotOwner => ApiError::not_owner(),
        CancelError::TooLate(OrderStatus::Complete) => {
            ApiError::rule(ErrorCode::OrderPaid, "Cannot cancel a complete order")
        }
        CancelError::TooLate(_) => {
            ApiError::rule(ErrorCode::PaymentInProgress, "Cannot cancel an order while it is being paid")
        }
        CancelError::Db(error) => error.into(),
    }
}
