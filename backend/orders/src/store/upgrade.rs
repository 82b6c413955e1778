//! What earlier versions of the services have not published about passes, and versions that run beside this one during an
//! upgrade: orders looks for it repeatedly, and publishes it.

use std::time::Duration;

use ticketing_bus::Outbox;
use ticketing_events::{ListingClosed, OrderRestated, OrderedTicketRef};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{Order, OrderId, TicketId, Timestamp};

use super::orders::{COLUMNS, order};

/// How long an earlier version may run beside this one.
const UPGRADE: Duration = Duration::from_secs(24 * 60 * 60);

/// Publishes `listing:closed` if the ticket is withdrawn and no order holds it: once.
pub(super) fn close_listing(tx: &mut Tx<'_>, outbox: &Outbox, ticket: &TicketId) -> Result<(), DbError> {
    let closed = tx.execute(
        "UPDATE tickets SET closed = 1 WHERE id = $1 AND deleted = 1 AND closed = 0 AND NOT EXISTS \
         (SELECT 1 FROM orders WHERE orders.ticket_id = tickets.id AND orders.status <> 'cancelled')",
        args![ticket],
    )?;
    if closed > 0 {
        outbox.append(tx, &ListingClosed { ticket_id: ticket.clone() })?;
    }
    Ok(())
}

/// Closes the listings that an earlier version has left open, at most `limit` of them. Returns their number.
///
/// # Errors
/// When the database fails.
pub fn close_listings(tx: &mut Tx<'_>, outbox: &Outbox, limit: u32) -> Result<usize, DbError> {
    let open: Vec<TicketId> = tx.query(
        "SELECT id FROM tickets WHERE deleted = 1 AND closed = 0 AND NOT EXISTS \
         (SELECT 1 FROM orders WHERE orders.ticket_id = tickets.id AND orders.status <> 'cancelled') LIMIT $1",
        args![limit],
        |row| row.parse("id"),
    )?;
    for ticket in &open {
        close_listing(tx, outbox, ticket)?;
    }
    Ok(open.len())
}

/// States the completed orders after `after` again that were made before the upgrade was over, at most `limit` of them.
/// Returns the last one; `None` if there is none.
///
/// # Errors
/// When the database fails.
pub fn restate(
    tx: &mut Tx<'_>,
    outbox: &Outbox,
    after: &str,
    limit: u32,
    now: Timestamp,
) -> Result<Option<OrderId>, DbError> {
    tx.execute(
        "INSERT INTO restating (id, until) VALUES (1, $1) ON CONFLICT DO NOTHING",
        args![now + UPGRADE],
    )?;
    let orders: Vec<Order> = tx.query(
        &format!(
            "SELECT {COLUMNS} FROM orders WHERE status = 'complete' AND restated = 0 AND id > $1 \
             AND created_at <= (SELECT until FROM restating) ORDER BY id LIMIT $2"
        ),
        args![after, limit],
        order,
    )?;
    for order in &orders {
        tx.execute_deferred("UPDATE orders SET restated = 1 WHERE id = $1", args![&order.id])?;
        let ticket = OrderedTicketRef::from(&order.ticket);
        outbox.append(tx, &OrderRestated { id: order.id.clone(), user_id: order.user_id.clone(), ticket })?;
    }
    Ok(orders.last().map(|order| order.id.clone()))
}
