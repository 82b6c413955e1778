//! `listing:closed`: a withdrawn ticket has no order, and will have none.

use ticketing_bus::Outbox;
use ticketing_events::ListingClosed;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::TicketId;

/// Publishes `listing:closed` once if the ticket is withdrawn and no order holds it. A withdrawn ticket takes no new
/// order, so none will ever hold it.
///
/// # Errors
/// If the database fails.
pub(super) fn close_listing(tx: &mut Tx<'_>, outbox: &Outbox, ticket: &TicketId) -> Result<(), DbError> {
    let sql = "UPDATE tickets SET closed = 1 WHERE id = $1 AND deleted = 1 AND closed = 0 AND NOT EXISTS \
               (SELECT 1 FROM orders WHERE orders.ticket_id = tickets.id AND orders.status <> 'cancelled')";
    if tx.execute(sql, args![ticket])? == 1 {
        outbox.append(tx, &ListingClosed { ticket_id: ticket.clone() })?;
    }
    Ok(())
}
