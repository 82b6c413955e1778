//! The part of an order's timeline that this service retains.

use ticketing_bus::timeline::read_events;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{
    CancelReason, OrderId, ServiceTimeline, TimelineEntry, TimelineKind, Timestamp, UserId, text,
};

use super::orders::find;

const SERVICE: &str = "orders";

/// Returns the buyer of an order and its timeline; `None` if there is no such order.
///
/// # Errors
/// When the database fails.
pub fn timeline(
    tx: &mut Tx<'_>,
    id: &OrderId,
    now: Timestamp,
) -> Result<Option<(UserId, ServiceTimeline)>, DbError> {
    let Some(order) = find(tx, id)? else { return Ok(None) };
    let mut entries = read_events(tx, SERVICE, id, &[id.as_str()], now)?;
    let command = |at, name: &str| TimelineEntry::new(at, SERVICE, TimelineKind::Command, name);
    if let Some(created_at) = order.created_at {
        let mut created = command(created_at, "POST /api/orders");
        created.detail = Some(format!("{} for {}", order.ticket.title, text::price(order.ticket.price)));
        entries.push(created);
    }
    if order.cancel_reason == Some(CancelReason::Buyer)
        && let Some(cancelled) = entries.iter().find(|entry| entry.name == "order:cancelled")
    {
        entries.push(command(cancelled.at, "DELETE /api/orders/{id}"));
    }
    let deadline = TimelineEntry::new(order.expires_at, SERVICE, TimelineKind::Deadline, "reservation");
    entries.push(deadline);
    Ok(Some((order.user_id, ServiceTimeline::new(SERVICE, id.clone(), entries))))
}
