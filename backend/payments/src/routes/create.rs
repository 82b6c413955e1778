//! `POST /api/payments`

use axum::extract::State;
use ticketing_platform::arrivals::look_for;
use ticketing_platform::http::{ApiError, Json};
use ticketing_platform::idempotency::{self, Answer, Fingerprint, IdempotencyKey, Once};
use ticketing_platform::session::Session;
use ticketing_sdk::{NewPayment, Payment, Problem};

use super::begin::{Began, Request, begin};
use super::follow::{Ending, follow};
use super::input::PaymentInput;
use crate::{App, store};

/// Pays for an order: the card is authorised, the reservation is won, the money is taken.
#[utoipa::path(
    post, path = "/api/payments", tag = "payments", operation_id = "createPayment", request_body = NewPayment,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body answers the first response again")),
    responses(
        (status = 201, description = "The money is taken", body = Payment),
        (status = 202, description = "The outcome is not known yet: follow the payment", body = Payment),
        (status = 400, description = "A field is not valid, the card was declined, or the order cannot be paid", body = Problem),
        (status = 401, description = "Not signed in, or another's order", body = Problem),
        (status = 404, description = "There is no such order", body = Problem),
        (status = 409, description = "The first request with this key is still being answered", body = Problem),
        (status = 422, description = "The key was used with another body", body = Problem),
        (status = 503, description = "The card provider cannot be reached; safe to repeat", body = Problem),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    session: Session,
    key: IdempotencyKey,
    Json(input): Json<PaymentInput>,
) -> Result<Answer, ApiError> {
    let purchase = input.check()?;
    let now = app.core.clock.now();
    let fingerprint = Fingerprint::of(&purchase.essence()).map_err(ApiError::internal)?;
    let once = Once::new(&key, session.user_id.as_str(), "POST /api/payments", fingerprint, now);
    let request = Request { user_id: session.user_id, key: key.0, once, purchase, now };
    let _served = match &request.key {
        Some(key) => Some(app.serving.begin(&request.user_id, key).ok_or_else(idempotency::in_flight)?),
        None => None,
    };
    let followed = match begun(&app, &request).await? {
        Began::Answered(answer) => return Ok(answer),
        Began::Follows(followed) => followed,
        Began::UnknownOrder => return Err(ApiError::not_found()),
    };
    match follow(&app, &followed).await? {
        Ending::Open(answer) => Ok(answer),
        Ending::Final(answer) => {
            keep(&app, request, answer.clone()).await?;
            Ok(answer)
        }
    }
}

/// Begins the request; an order that is not known yet may be on its way.
async fn begun(app: &App, request: &Request) -> Result<Began, ApiError> {
    let attempt = || {
        let (db, app, request) = (app.core.db.clone(), app.clone(), request.clone());
        async move { db.write(move |tx| begin(tx, &app, &request)).await }
    };
    let began = attempt().await?;
    if !matches!(began, Began::UnknownOrder) {
        return Ok(began);
    }
    let id = &request.purchase.order_id;
    let look = || {
        let id = id.clone();
        async move { app.core.db.read(move |tx| store::find_order(tx, &id)).await }
    };
    match look_for(&app.core.clock, &app.core.arrived, id.as_str(), look).await? {
        Some(_) => attempt().await,
        None => Ok(began),
    }
}

/// Keeps the outcome as the answer of the request's key.
async fn keep(app: &App, request: Request, answer: Answer) -> Result<(), ApiError> {
    if request.key.is_some() {
        app.core.db.write(move |tx| idempotency::finish(tx, &request.once, &answer)).await?;
    }
    Ok(())
}
