//! `GET /api/payments/{id}`

use axum::extract::State;
use axum::response::IntoResponse;
use ticketing_platform::http::etag::etag;
use ticketing_platform::http::{ApiError, Json, PathId};
use ticketing_platform::session::Session;
use ticketing_sdk::{Payment, PaymentId, Problem};

use crate::{App, store};

/// Returns a payment.
#[utoipa::path(
    get, path = "/api/payments/{id}", tag = "payments", operation_id = "getPayment",
    params(("id" = String, Path, description = "The payment")),
    security(("session" = [])),
    responses(
        (status = 200, description = "The payment; its version is the ETag", body = Payment),
        (status = 401, description = "Not signed in, or the payment of another user", body = Problem),
        (status = 404, description = "The payment does not exist", body = Problem),
    )
)]
pub(crate) async fn get(
    State(app): State<App>,
    session: Session,
    PathId(id): PathId<PaymentId>,
) -> Result<impl IntoResponse, ApiError> {
    let payment = app.core.db.read(move |tx| store::find_payment(tx, &id)).await?;
    let payment = session.ensure_owner(payment.map(|payment| (payment.user_id.clone(), payment)))?;
    Ok(([etag(payment.version)], Json(payment.to_wire())))
}
