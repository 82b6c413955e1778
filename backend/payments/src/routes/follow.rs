//! The end of a payment request: it follows its payment until the outcome is known or the timeout has passed.

use axum::http::StatusCode;
use ticketing_platform::db::DbError;
use ticketing_platform::http::ApiError;
use ticketing_platform::idempotency::Answer;
use ticketing_sdk::{ErrorCode, PaymentStatus};

use super::begin::FollowedPayment;
use crate::App;
use crate::domain::{PaymentOutcome, payment_outcome};
use crate::store::{self, PaymentRow};

/// The result of following a payment.
pub(super) enum FollowResult {
    /// The outcome of the payment.
    Final(Result<Answer, ApiError>),
    /// The outcome is unknown: a retry can get another response.
    Open(Answer),
}

pub(super) async fn follow(app: &App, followed: &FollowedPayment) -> Result<FollowResult, ApiError> {
    let deadline = tokio::time::Instant::now() + app.timeouts.outcome_wait;
    let mut subscription = app.subscriptions.subscribe(&followed.id);
    loop {
        let (payment, outcome) = read_outcome(app, followed).await?;
        match outcome {
            PaymentOutcome::Paid => {
                return Answer::json(StatusCode::CREATED, &payment.to_wire())
                    .map(|answer| FollowResult::Final(Ok(answer)));
            }
            PaymentOutcome::Declined => {
                let message = payment.failure_message.as_deref().unwrap_or("Your card was declined.");
                return Ok(refusal(ErrorCode::CardDeclined, message));
            }
            PaymentOutcome::Cancelled => {
                let message = "The order was cancelled before it was paid; the card was not charged";
                return Ok(refusal(ErrorCode::OrderCancelled, message));
            }
            PaymentOutcome::Expired => {
                let message = "The reservation expired before it was paid; the card was not charged";
                return Ok(refusal(ErrorCode::OrderExpired, message));
            }
            // The payment waits for the cardholder, who needs this response.
            PaymentOutcome::Open if payment.client_secret.is_some() => {
                return Answer::json(StatusCode::ACCEPTED, &payment.to_wire()).map(FollowResult::Open);
            }
            PaymentOutcome::Open if is_unreachable(&payment, followed.max_failed_calls) => {
                return Err(provider_unavailable());
            }
            PaymentOutcome::Open => {}
        }
        if tokio::time::Instant::now() >= deadline || app.shutdown.is_triggered() {
            return Answer::json(StatusCode::ACCEPTED, &payment.to_wire()).map(FollowResult::Open);
        }
        tokio::select! {
            () = subscription.wait_for_change() => {}
            () = tokio::time::sleep_until(deadline) => {}
            () = app.shutdown.triggered() => {}
        }
    }
}

async fn read_outcome(
    app: &App,
    followed: &FollowedPayment,
) -> Result<(PaymentRow, PaymentOutcome), ApiError> {
    let (id, clock) = (followed.id.clone(), app.core.clock.clone());
    let read = app.core.db.read(move |tx| {
        let Some(payment) = store::find_payment(tx, &id)? else { return Ok::<_, DbError>(None) };
        let Some(order) = store::find_order(tx, &payment.order_id)? else { return Ok(None) };
        let outcome = payment_outcome(payment.state(), order.status, order.expires_at, clock.now());
        Ok(Some((payment, outcome)))
    });
    read.await?.ok_or_else(|| ApiError::internal("a payment or its order is missing"))
}

/// Returns whether enough provider calls have failed for the request to stop waiting.
fn is_unreachable(payment: &PaymentRow, max_failed_calls: i64) -> bool {
    let failed = if payment.claimed_until.is_some() { payment.attempts - 1 } else { payment.attempts };
    payment.status == PaymentStatus::Pending && failed >= max_failed_calls
}

fn provider_unavailable() -> ApiError {
    let message =
        "The card provider cannot be reached; it is safe to try again, the card is charged once at most";
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::ProviderUnavailable, message).retry_after(2)
}

fn refusal(code: ErrorCode, message: &str) -> FollowResult {
    FollowResult::Final(Err(ApiError::rule(code, message)))
}
