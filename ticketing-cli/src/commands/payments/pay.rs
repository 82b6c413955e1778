//! The payment of an order with a token, until its outcome is known.

use std::time::Duration;

use futures_util::TryStreamExt;
use ticketing_sdk::{CardToken, Error, ErrorCode, Order, OrderId, OrderStatus, Payment, PaymentStatus};
use ticketing_tui::{Evidence, Operation};
use tokio::time::{Instant, sleep};

use super::unpaid::{ChargeStatus, describe_end, explain_cancellation, reorder_hint, unpaid};
use crate::commands::order_progress::hold_message;
use crate::context::ApiContext;
use crate::exit::Exit;
use crate::failure::{CliResult, Failure, Subject};

pub(super) fn operation(order: &OrderId) -> Operation {
    Operation::CreatePayment { order: order.clone() }
}

/// Whether a write was not sent, because the server keeps no keys.
pub(crate) fn is_unsupported(error: &Error) -> bool {
    matches!(error, Error::UnknownOutcome { cause, .. } if matches!(**cause, Error::Unsupported { .. }))
}

/// Waits until the outcome of a payment is known.
pub(super) async fn wait_until_settled(api: &ApiContext, payment: Payment) -> Result<Payment, Error> {
    if payment.status.is_none_or(PaymentStatus::is_final) {
        return Ok(payment);
    }
    api.io().info("waiting for the payment provider");
    api.client.payments().wait_until_settled(&payment.id).await
}

/// Returns the successful payment of an order, if the server lists payments.
pub(super) async fn payment_of(api: &ApiContext, order: &OrderId) -> Option<Payment> {
    let mut payments = api.client.payments().list().stream();
    while let Some(payment) = payments.try_next().await.ok()? {
        if payment.order_id.as_ref() == Some(order) && payment.status == Some(PaymentStatus::Succeeded) {
            return Some(payment);
        }
    }
    None
}

/// Pays for an order and waits for the outcome. The journal has the key before the request is sent.
pub(crate) async fn pay(api: &ApiContext, order: &Order, token: &str) -> CliResult<Payment> {
    let (reserved, order) = (order, &order.id);
    let write = api.client.payments().create(order, CardToken::new(token));
    let answer = match api.write(&operation(order), write).await {
        Ok(answer) => answer,
        Err(end) if api.is_dry_run() => return Err(end),
        Err(unrecorded) => return Err(unpaid(api, reserved, unrecorded, &ChargeStatus::None)),
    };
    let payment = match answer {
        Ok(payment) => {
            let charge = ChargeStatus::Pending(Some(payment.id.clone()));
            let settled = wait_until_settled(api, payment).await;
            settled.map_err(|error| unpaid(api, reserved, Failure::from(error), &charge))?
        }
        Err(error) if error.code() == Some(&ErrorCode::CardDeclined) && !error.is_unknown_outcome() => {
            return Err(with_remaining_time(api, order, Failure::from(error)).await);
        }
        Err(error) => {
            let failure = Failure::from_error(&error, &Subject::Order(order.clone()));
            return Err(match ChargeStatus::from_error(&error) {
                Some(charge) => unpaid(api, reserved, failure, &charge),
                None => explain_cancellation(api, order, failure).await,
            });
        }
    };
    let Some(why) = payment.status.and_then(PaymentStatus::failure) else {
        // Whichever interrupted command has begun to pay for the order, or to buy its ticket.
        api.settle_known(Evidence::Orders(&[reserved.clone().status(OrderStatus::Complete)]));
        return Ok(payment);
    };
    if payment.status == Some(PaymentStatus::Failed) {
        return Err(with_remaining_time(api, order, Failure::new(Exit::Declined, why)).await);
    }
    let failure = Failure::new(Exit::Conflict, format!("order {order}, payment {}: {why}", payment.id));
    // What could not be read may have been withdrawn.
    let ended = api.read_order(order).await.ok();
    let hint = ended.and_then(|ended| reorder_hint(&ended, api.now()));
    Err(Failure { hint, ..failure })
}

/// The time limit for the order to leave `awaiting:payment` after its payment failed.
const DECISION_TIMEOUT: Duration = Duration::from_secs(5);
const DECISION_POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Waits until the order is no longer held by a payment, and returns it.
pub(crate) async fn wait_until_decided(api: &ApiContext, order: &OrderId) -> Result<Order, Error> {
    let deadline = Instant::now() + DECISION_TIMEOUT;
    loop {
        let found = api.read_order(order).await?;
        if found.status != OrderStatus::AwaitingPayment || Instant::now() >= deadline {
            return Ok(found);
        }
        sleep(DECISION_POLL_INTERVAL).await;
    }
}

/// Adds to a declined payment whether, and for how long, another card can be tried.
async fn with_remaining_time(api: &ApiContext, order: &OrderId, failure: Failure) -> Failure {
    match wait_until_decided(api, order).await {
        Ok(held) if !held.status.is_final() => failure.detail(hold_message(api, &held)).hint(format!(
            "`ticketing payments create {order}` pays with another card, `ticketing orders cancel {order}` \
             cancels it"
        )),
        Ok(ended) => describe_end(api, &ended, failure),
        // The decline is reported even if the order cannot be read.
        Err(_) => failure.detail("nothing was charged").hint(format!(
            "`ticketing orders get {order}` shows whether the ticket is still reserved for you"
        )),
    }
}
