//! Events that are no steps of an order: `listing:closed` of a withdrawn ticket without an order, and `order:restated` of an
//! order that an earlier version has completed.
//!
//! This version publishes `listing:closed` with the change that closes the listing. What a replica of an earlier version has
//! left unpublished is found by [`publish_missing`].

use ticketing_bus::Outbox;
use ticketing_events::{ListingClosed, OrderRestated, OrderedTicketRef};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{OrderId, TicketId};

use super::find;

/// The tickets whose `listing:closed` is due and not published.
const UNCLOSED: &str = "deleted = 1 AND closed = 0 AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.ticket_id = tickets.id \
                        AND orders.status <> 'cancelled')";
/// The orders whose buyer no event has stated.
const UNSTATED: &str = "status = 'complete' AND buyer_stated = 0";

/// Publishes `listing:closed` if the ticket is withdrawn, no order holds it, and the event was not published before. Once
/// it is withdrawn, no new order is made, so none will ever hold it.
///
/// # Errors
/// If the database fails.
pub(super) fn close_listing(tx: &mut Tx<'_>, outbox: &Outbox, ticket: &TicketId) -> Result<(), DbError> {
    let sql = format!("UPDATE tickets SET closed = 1 WHERE id = $1 AND {UNCLOSED}");
    if tx.execute(&sql, args![ticket])? == 1 {
        outbox.append(tx, &ListingClosed { ticket_id: ticket.clone() })?;
    }
    Ok(())
}

/// Publishes `order:restated` if the order is complete and no event has stated its buyer.
fn restate(tx: &mut Tx<'_>, outbox: &Outbox, id: &OrderId) -> Result<(), DbError> {
    let sql = format!("UPDATE orders SET buyer_stated = 1 WHERE id = $1 AND {UNSTATED}");
    if tx.execute(&sql, args![id])? == 1
        && let Some(order) = find(tx, id)?
    {
        let ticket = OrderedTicketRef::from(&order.ticket);
        outbox.append(tx, &OrderRestated { id: order.id, user_id: order.user_id, ticket })?;
    }
    Ok(())
}

/// Publishes up to `limit` of each event that an earlier version has left unpublished, and returns how many rows it found.
///
/// # Errors
/// If the database fails.
pub fn publish_missing(tx: &mut Tx<'_>, outbox: &Outbox, limit: u32) -> Result<usize, DbError> {
    let unclosed = format!("SELECT id FROM tickets WHERE {UNCLOSED} ORDER BY id LIMIT $1");
    let unclosed: Vec<TicketId> = tx.query(&unclosed, args![limit], |row| row.parse("id"))?;
    let unstated = format!("SELECT id FROM orders WHERE {UNSTATED} ORDER BY id LIMIT $1");
    let unstated: Vec<OrderId> = tx.query(&unstated, args![limit], |row| row.parse("id"))?;
    for ticket in &unclosed {
        close_listing(tx, outbox, ticket)?;
    }
    for order in &unstated {
        restate(tx, outbox, order)?;
    }
    Ok(unclosed.len() + unstated.len())
}
