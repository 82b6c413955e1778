//! The part of an order's timeline that this service retains.

use ticketing_bus::timeline::read_events;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{OrderId, ServiceTimeline, TimelineEntry, TimelineKind, Timestamp, UserId, text};

use super::provider_calls::read_calls;
use super::{PaymentRow, find_order, list_payments};

const SERVICE: &str = "payments";

/// Returns the buyer of an order and its timeline; `None` if the service does not know the order.
///
/// # Errors
/// Fails if the database fails.
pub fn timeline(
    tx: &mut Tx<'_>,
    id: &OrderId,
    now: Timestamp,
) -> Result<Option<(UserId, ServiceTimeline)>, DbError> {
    let Some(order) = find_order(tx, id)? else { return Ok(None) };
    let payments = list_payments(tx, &order.user_id, Some(id), None, u32::MAX)?;
    let aggregates: Vec<&str> = payments.iter().map(|payment| payment.id.as_str()).collect();
    let mut entries = read_events(tx, SERVICE, id, &aggregates, now)?;
    for payment in &payments {
        entries.extend(requests(tx, payment)?);
        entries.extend(read_calls(tx, SERVICE, payment)?);
    }
    Ok(Some((order.user_id, ServiceTimeline::new(SERVICE, id.clone(), entries))))
}

/// Returns the requests that created or joined a payment, with the present status of the payment.
fn requests(tx: &mut Tx<'_>, payment: &PaymentRow) -> Result<Vec<TimelineEntry>, DbError> {
    let request = |at: Timestamp, key: Option<String>| {
        let mut entry = TimelineEntry::new(at, SERVICE, TimelineKind::Command, "POST /api/payments");
        entry.aggregate = Some(payment.id.to_string());
        entry.outcome = Some(payment.status.as_str().to_owned());
        entry.idempotency_key = key;
        entry.detail = Some(text::price(payment.amount));
        entry
    };
    // The index begins with the user.
    let sql = "SELECT idempotency_key, created_at FROM payment_requests WHERE user_id = $1 AND payment_id = $2 \
               ORDER BY created_at";
    let keyed = tx.query(sql, args![&payment.user_id, &payment.id], |row| {
        Ok(request(row.column("created_at")?, Some(row.text("idempotency_key")?)))
    })?;
    Ok(if keyed.is_empty() { vec![request(payment.created_at, None)] } else { keyed })
}
