//! The transitions of a payment, each in one transaction with its event.

use std::time::Duration;

use ticketing_bus::{ApplyOutcome, Outbox};
use ticketing_events::{PaymentAuthorized, PaymentCreated, PaymentFailed, PaymentRefunded};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{ClientSecret, OrderId, OrderStatus, Timestamp};

use super::{PaymentRow, find_active_payment, find_order, find_payment, update_order_status, update_state};
use crate::domain::{OutgoingEvent, StepResult, Transition};
use crate::provider::Decline;

/// The context of a transition of a payment: the outbox for its event, and the time.
#[derive(Clone, Copy, Debug)]
pub struct PaymentPublisher<'a> {
    /// The outbox.
    pub outbox: &'a Outbox,
    /// The time of the marketplace.
    pub now: Timestamp,
    /// The time by which steps are due.
    pub wall: Timestamp,
}

/// The outcome of a provider call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderOutcome {
    /// The step is done.
    Done {
        /// The provider's id of the charge.
        stripe_id: String,
    },
    /// The provider declines finally.
    Refused(Decline),
    /// The cardholder must confirm first: the step is retried after a pause.
    NeedsConfirmation {
        /// The provider's id of the charge.
        stripe_id: String,
        /// The secret with which the client confirms it.
        client_secret: ClientSecret,
        /// The pause, in real time.
        pause: Duration,
    },
    /// The outcome is unknown: the step is retried with the same key after a pause.
    Unknown {
        /// The pause, in real time.
        pause: Duration,
        /// Whether the call can have had an effect.
        reached: bool,
    },
}

/// Stores the outcome of the due step of `claimed`, a claimed payment. Returns `false` if that step is settled already.
///
/// # Errors
/// Fails if the database fails.
pub fn record_outcome(
    tx: &mut Tx<'_>,
    publisher: &PaymentPublisher<'_>,
    claimed: &PaymentRow,
    outcome: &ProviderOutcome,
) -> Result<bool, DbError> {
    let Some(mut payment) = find_payment(tx, &claimed.id)? else { return Ok(false) };
    if payment.version != claimed.version {
        return Ok(false);
    }
    // These two outcomes change no version, so the claim shows whether this or a later one was stored before.
    let is_open =
        matches!(outcome, ProviderOutcome::NeedsConfirmation { .. } | ProviderOutcome::Unknown { .. });
    if is_open && payment.claimed_until != claimed.claimed_until {
        return Ok(false);
    }
    // A webhook event has arrived meanwhile: the step is due at once.
    let is_due = payment.webhook_event_count > claimed.webhook_event_count;
    let due_after = |pause: Duration| if is_due { publisher.wall } else { publisher.wall + pause };
    let result = match outcome {
        ProviderOutcome::Done { stripe_id } => {
            tx.execute_deferred(
                "UPDATE payments SET stripe_id = $2 WHERE id = $1",
                args![&payment.id, stripe_id],
            )?;
            payment.stripe_id = Some(stripe_id.clone());
            StepResult::Done
        }
        ProviderOutcome::Refused(Decline { code, message }) => {
            tx.execute_deferred(
                "UPDATE payments SET failure_code = $2, failure_message = $3 WHERE id = $1",
                args![&payment.id, code, message],
            )?;
            StepResult::Refused
        }
        ProviderOutcome::NeedsConfirmation { stripe_id, client_secret, pause } => {
            let due_at = due_after(*pause);
            // The provider has responded, so earlier calls without a response no longer count. The step counts as attempted,
            // so that a cancelled order ends the intent, too.
            tx.execute_deferred(
                "UPDATE payments SET stripe_id = $3, client_secret = $4, claimed_until = NULL, due_at = $5, attempts = 1, \
                 unreached = 0 WHERE id = $1 AND version = $2",
                args![&payment.id, payment.version, stripe_id, client_secret.as_str(), due_at],
            )?;
            return Ok(true);
        }
        ProviderOutcome::Unknown { pause, reached } => {
            let due_at = due_after(*pause);
            payment.unreached += i64::from(!*reached);
            tx.execute_deferred(
                "UPDATE payments SET claimed_until = NULL, due_at = $3, unreached = $4 WHERE id = $1 AND version = $2",
                args![&payment.id, payment.version, due_at, payment.unreached],
            )?;
            return end_unattempted(tx, publisher, &payment).map(|_| true);
        }
    };
    // A payment is created for a known order only, and orders are not deleted.
    let order = find_order(tx, &payment.order_id)?.map_or(OrderStatus::Cancelled, |order| order.status);
    match payment.state().on_result(result, order) {
        Some(transition) => apply_transition(tx, publisher, &payment, transition),
        None => Ok(false),
    }
}

/// Applies an event of an order: stores its status, and makes the next step of its payment due: the capture after
/// `order:confirmed`, a void or a refund after `order:cancelled`.
///
/// # Errors
/// If the database fails.
pub fn apply_order_status(
    tx: &mut Tx<'_>,
    publisher: &PaymentPublisher<'_>,
    id: &OrderId,
    version: i64,
    status: OrderStatus,
) -> Result<ApplyOutcome, DbError> {
    let effect = update_order_status(tx, id, version, status)?;
    if effect != ApplyOutcome::Done || status == OrderStatus::Complete {
        return Ok(effect);
    }
    let Some(payment) = find_active_payment(tx, id)? else { return Ok(effect) };
    let transition = match status {
        OrderStatus::Cancelled => payment.state().order_cancelled(payment.is_attempted()),
        _ => payment.state().order_confirmed(),
    };
    if let Some(transition) = transition {
        apply_transition(tx, publisher, &payment, transition)?;
    }
    Ok(effect)
}

/// Ends a payment that has not reached the provider and whose order was cancelled meanwhile.
fn end_unattempted(
    tx: &mut Tx<'_>,
    publisher: &PaymentPublisher<'_>,
    payment: &PaymentRow,
) -> Result<bool, DbError> {
    let order = find_order(tx, &payment.order_id)?;
    let is_cancelled = order.is_some_and(|order| order.status == OrderStatus::Cancelled);
    if payment.is_attempted() || !is_cancelled {
        return Ok(false);
    }
    match payment.state().order_cancelled(false) {
        Some(transition) => apply_transition(tx, publisher, payment, transition),
        None => Ok(false),
    }
}

fn apply_transition(
    tx: &mut Tx<'_>,
    publisher: &PaymentPublisher<'_>,
    payment: &PaymentRow,
    transition: Transition,
) -> Result<bool, DbError> {
    if !update_state(tx, payment, transition.to, publisher.wall, publisher.now)? {
        return Ok(false);
    }
    let (id, order_id) = (payment.id.clone(), payment.order_id.clone());
    let stripe_id = payment.stripe_id.clone().unwrap_or_default();
    let outbox = publisher.outbox;
    let appended = match transition.event {
        None => return Ok(true),
        Some(OutgoingEvent::Authorized) => outbox.append(tx, &PaymentAuthorized { id, order_id, stripe_id }),
        Some(OutgoingEvent::Captured) => outbox.append(tx, &PaymentCreated { id, order_id, stripe_id }),
        Some(OutgoingEvent::Failed) => outbox.append(tx, &PaymentFailed { id, order_id }),
        Some(OutgoingEvent::Refunded) => outbox.append(tx, &PaymentRefunded { id, order_id, stripe_id }),
    };
    appended.map(|_| true)
}
