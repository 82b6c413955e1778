//! The moves of a payment, each in one transaction with what is said about it.

use std::time::Duration;

use ticketing_bus::{Effect, Outbox};
use ticketing_events::{PaymentAuthorized, PaymentCreated, PaymentFailed, PaymentRefunded};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{ClientSecret, OrderId, OrderStatus, Timestamp};

use super::{PaymentRow, apply, find_order, find_payment, in_force, move_order};
use crate::domain::{Answer, Move, Say};

/// What came of asking the provider for a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reached {
    /// It is done; an authorisation has made a charge of this name.
    Done {
        /// The provider's name for the charge.
        stripe_id: String,
    },
    /// It is refused for good.
    Refused {
        /// The provider's word for it.
        code: String,
        /// The provider's message to the owner of the card.
        message: String,
    },
    /// The owner of the card has to confirm it first: it is to be asked about again after a pause.
    NeedsOwner {
        /// The provider's name for the charge.
        stripe_id: String,
        /// What the client needs for that.
        client_secret: ClientSecret,
        /// The pause, of real time.
        pause: Duration,
    },
    /// It is not known: it is to be asked for again, under the same key, after a pause.
    Unanswered {
        /// The pause, of real time.
        pause: Duration,
        /// Whether the call may have had an effect.
        reached: bool,
    },
}

/// Writes down what came of the step of `asked`, a claimed payment. `false` where someone else has settled that step.
///
/// `now` is the marketplace's time, `wall` the machine's.
///
/// # Errors
/// When the database fails.
pub fn settle(
    tx: &mut Tx<'_>,
    outbox: &Outbox,
    asked: &PaymentRow,
    reached: &Reached,
    now: Timestamp,
    wall: Timestamp,
) -> Result<bool, DbError> {
    let Some(mut payment) = find_payment(tx, &asked.id)? else { return Ok(false) };
    if payment.version != asked.version {
        return Ok(false);
    }
    // These two change no version, so the claim tells whether this answer, or a later one, was written down before.
    let is_open = matches!(reached, Reached::NeedsOwner { .. } | Reached::Unanswered { .. });
    if is_open && payment.claimed_until != asked.claimed_until {
        return Ok(false);
    }
    let answer = match reached {
        Reached::Done { stripe_id } => {
            tx.execute_deferred(
                "UPDATE payments SET stripe_id = $2 WHERE id = $1",
                args![&payment.id, stripe_id],
            )?;
            payment.stripe_id = Some(stripe_id.clone());
            Answer::Done
        }
        Reached::Refused { code, message } => {
            tx.execute_deferred(
                "UPDATE payments SET failure_code = $2, failure_message = $3 WHERE id = $1",
                args![&payment.id, code, message],
            )?;
            Answer::Refused
        }
        Reached::NeedsOwner { stripe_id, client_secret, pause } => {
            let due_at = if payment.heard > asked.heard { wall } else { wall + *pause };
            // The provider has answered, so earlier calls without an answer no longer count. It has been asked, too: the
            // step counts as begun, so that the end of the order does not pass the intent by.
            tx.execute_deferred(
                "UPDATE payments SET stripe_id = $3, client_secret = $4, claimed_until = NULL, due_at = $5, attempts = 1, \
                 unreached = 0 WHERE id = $1 AND version = $2",
                args![&payment.id, payment.version, stripe_id, client_secret.as_str(), due_at],
            )?;
            return Ok(true);
        }
        Reached::Unanswered { pause, reached } => {
            // What the provider has told meanwhile is worth asking about at once.
            let due_at = if payment.heard > asked.heard { wall } else { wall + *pause };
            payment.unreached += i64::from(!*reached);
            tx.execute_deferred(
                "UPDATE payments SET claimed_until = NULL, due_at = $3, unreached = $4 WHERE id = $1 AND version = $2",
                args![&payment.id, payment.version, due_at, payment.unreached],
            )?;
            return end_unbegun(tx, outbox, &payment, now, wall).map(|_| true);
        }
    };
    // A payment is only ever begun for an order that is known, and a known order stays known.
    let order = find_order(tx, &payment.order_id)?.map_or(OrderStatus::Cancelled, |order| order.status);
    match payment.position().answered(answer, order) {
        Some(step) => make(tx, outbox, &payment, step, now, wall),
        None => Ok(false),
    }
}

/// Orders gave the reservation to its authorised payment: the capture is due.
///
/// # Errors
/// When the database fails.
pub fn order_confirmed(
    tx: &mut Tx<'_>,
    outbox: &Outbox,
    id: &OrderId,
    version: i64,
    now: Timestamp,
    wall: Timestamp,
) -> Result<Effect, DbError> {
    let effect = move_order(tx, id, version, OrderStatus::AwaitingPayment)?;
    if effect == Effect::Done
        && let Some(payment) = in_force(tx, id)?
        && let Some(step) = payment.position().order_confirmed()
    {
        make(tx, outbox, &payment, step, now, wall)?;
    }
    Ok(effect)
}

/// The order was cancelled: what is held is given up, what was taken is given back.
///
/// # Errors
/// When the database fails.
pub fn order_cancelled(
    tx: &mut Tx<'_>,
    outbox: &Outbox,
    id: &OrderId,
    version: i64,
    now: Timestamp,
    wall: Timestamp,
) -> Result<Effect, DbError> {
    let effect = move_order(tx, id, version, OrderStatus::Cancelled)?;
    if effect == Effect::Done
        && let Some(payment) = in_force(tx, id)?
        && let Some(step) = payment.position().order_cancelled(payment.is_begun())
    {
        make(tx, outbox, &payment, step, now, wall)?;
    }
    Ok(effect)
}

/// Ends a payment that was not begun at the provider, where its order was cancelled while it was tried.
fn end_unbegun(
    tx: &mut Tx<'_>,
    outbox: &Outbox,
    payment: &PaymentRow,
    now: Timestamp,
    wall: Timestamp,
) -> Result<bool, DbError> {
    let order = find_order(tx, &payment.order_id)?;
    let is_cancelled = order.is_some_and(|order| order.status == OrderStatus::Cancelled);
    if payment.is_begun() || !is_cancelled {
        return Ok(false);
    }
    match payment.position().order_cancelled(false) {
        Some(step) => make(tx, outbox, payment, step, now, wall),
        None => Ok(false),
    }
}

fn make(
    tx: &mut Tx<'_>,
    outbox: &Outbox,
    payment: &PaymentRow,
    step: Move,
    now: Timestamp,
    wall: Timestamp,
) -> Result<bool, DbError> {
    if !apply(tx, payment, step.to, wall, now)? {
        return Ok(false);
    }
    let (id, order_id) = (payment.id.clone(), payment.order_id.clone());
    let stripe_id = payment.stripe_id.clone().unwrap_or_default();
    match step.say {
        None => {}
        Some(Say::Authorized) => drop(outbox.append(tx, &PaymentAuthorized { id, order_id, stripe_id })?),
        Some(Say::Captured) => drop(outbox.append(tx, &PaymentCreated { id, order_id, stripe_id })?),
        Some(Say::Failed) => drop(outbox.append(tx, &PaymentFailed { id, order_id })?),
        Some(Say::Refunded) => drop(outbox.append(tx, &PaymentRefunded { id, order_id, stripe_id })?),
    }
    Ok(true)
}
