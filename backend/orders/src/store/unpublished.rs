//! Events without a version of an order: `listing:closed` of a withdrawn ticket without an order, and `order:restated` of an
//! order that an earlier version has completed.
//!
//! This version publishes `listing:closed` with the change that closes the listing. [`publish_missing`] publishes the events
//! that a replica of an earlier version did not publish.

use ticketing_bus::Outbox;
use ticketing_events::{ListingClosed, OrderRestated, OrderedTicketRef};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{OrderId, TicketId};

use super::find;

/// Selects the tickets whose `listing:closed` is not published.
const UNCLOSED: &str = "deleted = 1 AND closed = 0 AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.ticket_id = tickets.id \
                        AND orders.status <> 'cancelled')";
/// Selects the orders whose buyer no event has stated.
const UNSTATED: &str = "status = 'complete' AND buyer_stated = 0";

/// Publishes `listing:closed` once if the ticket is withdrawn and no order holds it. A withdrawn ticket takes no new
/// order, so none will ever hold it.
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

/// Publishes at most `limit` missing events of each kind. Returns the number of rows found.
///
/// # Errors
/// If the database fails.
pub fn publish_missing(tx: &mut Tx<'_>, outbox: &Outbox, limit: u32) -> Result<usize, DbError> {
    let unclosed = format!("SELECT id FROM tickets WHERE {UNCLOSED} ORDER BY id LIMIT $1");
    let unclosed: Vec<TicketId> = tx.query(&unclosed, args![limit], |row| row.column("id"))?;
    let unstated = format!("SELECT id FROM orders WHERE {UNSTATED} ORDER BY id LIMIT $1");
    let unstated: Vec<OrderId> = tx.query(&unstated, args![limit], |row| row.column("id"))?;
    for ticket in &unclosed {
        close_listing(tx, outbox, ticket)?;
    }
    for order in &unstated {
        restate(tx, outbox, order)?;
    }
    Ok(unclosed.len() + unstated.len())
}
