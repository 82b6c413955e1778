//! `POST /api/payments`

use axum::extract::State;
use ticketing_platform::http::{ApiError, Json};
use ticketing_platform::idempotency::{
    self, Answer, IdempotencyKey, KeyedAnswer, KeyedOutcome, KeyedRequest,
};
use ticketing_platform::session::Session;
use ticketing_sdk::{NewPayment, Payment, Problem};

use super::begin::{BeginResult, Request, begin};
use super::follow::{FollowResult, follow};
use super::input::PaymentInput;
use crate::App;

/// Pays for an order: authorizes the card, waits until the order is confirmed, and captures the payment.
#[utoipa::path(
    post, path = "/api/payments", tag = "payments", operation_id = "createPayment", request_body = NewPayment,
    security(("session" = [])),
    responses(
        (status = 201, description = "The payment is captured", body = Payment),
        (status = 202, description = "The outcome is not known yet: follow the payment", body = Payment),
        (status = 400, description = "A field is invalid, the card was declined, or the order cannot be paid", body = Problem),
        (status = 401, description = "Not signed in, or the order of another user", body = Problem),
        (status = 404, description = "The order does not exist", body = Problem),
        (status = 409, description = "The first request with this key is in progress", body = Problem),
        (status = 422, description = "The key was used with another body", body = Problem),
        (status = 503, description = "The card provider cannot be reached, or `not_yet_visible`: the event of a new order has not arrived; safe to retry", body = Problem),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    session: Session,
    key: IdempotencyKey,
    Json(input): Json<PaymentInput>,
) -> Result<KeyedAnswer, ApiError> {
    let input = input.check()?;
    let now = app.core.clock.now();
    let (user, body) = (&session.user_id, input.fingerprint_input());
    let keyed = KeyedRequest::of_body(&key, user, "POST /api/payments", &body, now)?;
    let request = Request { user_id: session.user_id, key: key.0, keyed, input, now };
    app.writes.acquire_keyed(&request.user_id, &app.core.db, &request.keyed).await?;
    let _guard = match &request.key {
        Some(key) => {
            Some(app.in_flight.begin(&request.user_id, key).ok_or_else(idempotency::in_flight_error)?)
        }
        None => None,
    };
    let attempt = || {
        let (db, app, request) = (app.core.db.clone(), app.clone(), request.clone());
        async move { db.write(move |tx| begin(tx, &app, &request)).await }
    };
    let order = ("order", request.input.order_id.as_str());
    let followed = match app.visibility.retry_when_visible(&request.user_id, order, attempt).await? {
        BeginResult::Responded(answer) => return answer,
        BeginResult::Follows(followed) => followed,
    };
    let answer = match follow(&app, &followed).await? {
        FollowResult::Open(answer) => answer,
        FollowResult::Final(outcome) => store_outcome(&app, request, outcome).await??.answer,
    };
    Ok(KeyedAnswer { answer, replayed: followed.replayed })
}

/// Stores the outcome as the response of the key.
async fn store_outcome(
    app: &App,
    request: Request,
    outcome: Result<Answer, ApiError>,
) -> Result<KeyedOutcome, ApiError> {
    if request.key.is_none() {
        return Ok(outcome.map(|answer| KeyedAnswer { answer, replayed: None }));
    }
    let kept = app.core.db.write(move |tx| idempotency::record_outcome(tx, &request.keyed, outcome.clone()));
    Ok(kept.await?)
}
