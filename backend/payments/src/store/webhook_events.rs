//! The webhook events of the provider, each stored with its effect in one transaction.

use std::time::Duration;

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{PaymentStatus, Timestamp};

use super::{COLUMNS, PaymentRow, find_payment, read};
use crate::provider::WebhookEvent;

/// How long an event id is kept: longer than any provider redelivers it.
pub(super) const RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Stores a webhook event and makes the next step of its payment due now. Returns `false` for a duplicate, or if no
/// payment matches.
///
/// The event itself decides nothing: the due step asks the provider, so events can arrive in any order.
/// `now` is the time of the marketplace, `wall` the system time.
///
/// # Errors
/// Fails if the database fails.
pub fn record_webhook_event(
    tx: &mut Tx<'_>,
    event: &WebhookEvent,
    now: Timestamp,
    wall: Timestamp,
) -> Result<bool, DbError> {
    let Some(payment) = find_payment_of(tx, event)? else { return Ok(false) };
    let inserted = tx.execute(
        "INSERT INTO webhook_events (id, payment_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        args![&event.id, &payment.id, now],
    )?;
    if inserted == 0 {
        return Ok(false);
    }
    if payment.next_step.is_some() {
        let stripe_id = payment.stripe_id.as_deref().unwrap_or(&event.stripe_id);
        tx.execute(
            "UPDATE payments SET stripe_id = $2, webhook_event_count = webhook_event_count + 1, due_at = $3 WHERE id = $1",
            args![&payment.id, stripe_id, payment.due_at.min(wall)],
        )?;
    }
    Ok(true)
}

/// Finds the payment of an event. A payment that has a charge matches by that charge only.
fn find_payment_of(tx: &mut Tx<'_>, event: &WebhookEvent) -> Result<Option<PaymentRow>, DbError> {
    let named = match &event.payment_id {
        Some(id) => find_payment(tx, id)?,
        None => None,
    };
    match named {
        Some(payment) if payment.stripe_id.is_none() => {
            Ok((payment.status == PaymentStatus::Pending).then_some(payment))
        }
        _ => tx.query_opt(
            &format!("SELECT {COLUMNS} FROM payments WHERE stripe_id = $1"),
            args![&event.stripe_id],
            read,
        ),
    }
}

/// Deletes events that no provider redelivers any more.
pub(super) fn prune(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), DbError> {
    tx.execute("DELETE FROM webhook_events WHERE created_at <= $1", args![now - RETENTION])?;
    Ok(())
}
