//! How a request to pay ends: it follows its payment until the outcome is known, or is worth waiting for no longer.

use axum::http::StatusCode;
use ticketing_platform::db::DbError;
use ticketing_platform::http::ApiError;
use ticketing_platform::idempotency::Answer;
use ticketing_sdk::{ErrorCode, PaymentStatus};

use super::begin::Followed;
use crate::App;
use crate::domain::{Outcome, outcome};
use crate::store::{self, PaymentRow};

/// What a request to pay is answered.
pub(super) enum Ending {
    /// The outcome of the payment.
    Final(Result<Answer, ApiError>),
    /// The outcome is not known: a repeat may be answered otherwise.
    Open(Answer),
}

pub(super) async fn follow(app: &App, followed: &Followed) -> Result<Ending, ApiError> {
    let deadline = tokio::time::Instant::now() + app.pace.outcome_wait;
    let mut following = app.followers.follow(&followed.id);
    loop {
        let (payment, ended) = look(app, followed).await?;
        match ended {
            Outcome::Paid => {
                return Answer::json(StatusCode::CREATED, &payment.to_wire())
                    .map(|answer| Ending::Final(Ok(answer)));
            }
            Outcome::Declined => {
                let message = payment.failure_message.as_deref().unwrap_or("Your card was declined.");
                return Ok(refusal(ErrorCode::CardDeclined, message));
            }
            Outcome::Cancelled => {
                let message = "The order was cancelled before it was paid; the card was not charged";
                return Ok(refusal(ErrorCode::OrderCancelled, message));
            }
            Outcome::Expired => {
                let message = "The reservation expired before it was paid; the card was not charged";
                return Ok(refusal(ErrorCode::OrderExpired, message));
            }
            // The outcome waits for the owner of the card, and the owner for this answer.
            Outcome::Open if payment.client_secret.is_some() => {
                return Answer::json(StatusCode::ACCEPTED, &payment.to_wire()).map(Ending::Open);
            }
            Outcome::Open if unreachable(&payment, followed.tries) => return Err(unavailable()),
            Outcome::Open => {}
        }
        if tokio::time::Instant::now() >= deadline || app.shutdown.is_triggered() {
            return Answer::json(StatusCode::ACCEPTED, &payment.to_wire()).map(Ending::Open);
        }
        tokio::select! {
            () = following.moved() => {}
            () = tokio::time::sleep_until(deadline) => {}
            () = app.shutdown.triggered() => {}
        }
    }
}

async fn look(app: &App, followed: &Followed) -> Result<(PaymentRow, Outcome), ApiError> {
    let (id, clock) = (followed.id.clone(), app.core.clock.clone());
    let looked = app.core.db.read(move |tx| {
        let Some(payment) = store::find_payment(tx, &id)? else { return Ok::<_, DbError>(None) };
        let Some(order) = store::find_order(tx, &payment.order_id)? else { return Ok(None) };
        let ended = outcome(payment.position(), order.status, order.expires_at, clock.now());
        Ok(Some((payment, ended)))
    });
    looked.await?.ok_or_else(|| ApiError::internal("a payment or its order is gone"))
}

/// Whether the provider has left so many calls unanswered that nobody should wait for it.
fn unreachable(payment: &PaymentRow, tries: i64) -> bool {
    let failed = if payment.claimed_until.is_some() { payment.attempts - 1 } else { payment.attempts };
    payment.status == PaymentStatus::Pending && failed >= tries
}

fn unavailable() -> ApiError {
    let message =
        "The card provider cannot be reached; it is safe to try again, the card is charged once at most";
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::ProviderUnavailable, message).retry_after(2)
}

fn refusal(code: ErrorCode, message: &str) -> Ending {
    Ending::Final(Err(ApiError::rule(code, message)))
}
