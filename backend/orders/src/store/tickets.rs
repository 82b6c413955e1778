//! The copies of the tickets, with the terms of their sellers for new orders.
//!
//! A withdrawn ticket takes no new order, even while an earlier order makes it visible again. A ticket that an order holds
//! shows the terms of that order, so these are not copied.

use ticketing_bus::{ApplyOutcome, Copies, Outbox};
use ticketing_events::{TicketCreated, TicketDeleted, TicketUpdated};
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::{args, read_row};
use ticketing_sdk::{Money, TicketDetails, TicketId, Timestamp};

use super::closed_listings::close_listing;
use super::orders::{advance, holder};
use crate::domain::lifecycle::Cause;

const TICKETS: Copies = Copies { table: "tickets", id: "id" };

/// The copy of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketCopy {
    /// The ticket.
    pub id: TicketId,
    /// The title.
    pub title: String,
    /// The price.
    pub price: Money,
    /// The details.
    pub details: TicketDetails,
    /// The version.
    pub version: i64,
}

/// Returns a ticket, unless it is unknown or withdrawn.
///
/// # Errors
/// If the database fails.
pub fn ticket(tx: &mut Tx<'_>, id: &TicketId) -> Result<Option<TicketCopy>, DbError> {
    tx.query_opt(
        "SELECT id, title, price, details, version FROM tickets WHERE id = $1 AND deleted = 0",
        args![id],
        |row| read_row!(row => TicketCopy { id, title, price, details, version }),
    )
}

/// Returns whether a ticket is known, withdrawn or not.
pub(super) fn is_known(tx: &mut Tx<'_>, id: &TicketId) -> Result<bool, DbError> {
    Ok(TICKETS.version(tx, id)?.is_some())
}

/// Applies `ticket:created`.
///
/// # Errors
/// If the database fails.
pub fn create_ticket(tx: &mut Tx<'_>, event: &TicketCreated) -> Result<ApplyOutcome, DbError> {
    TICKETS.apply(tx, &event.id, event.version, |tx| {
        tx.execute_deferred(
            "INSERT INTO tickets (id, title, price, user_id, deleted, version, details, starts_at) \
             VALUES ($1, $2, $3, $4, 0, $5, $6, $7)",
            args![
                &event.id,
                &event.title,
                event.price,
                &event.user_id,
                event.version,
                &serde_json::to_string(&event.details)?,
                starts_at(&event.details)
            ],
        )
    })
}

/// Applies `ticket:updated`. Copies title, price and details unless an order holds the ticket: then they are the terms
/// of that order.
///
/// # Errors
/// If the database fails.
pub fn update_ticket(tx: &mut Tx<'_>, event: &TicketUpdated) -> Result<ApplyOutcome, DbError> {
    TICKETS.apply(tx, &event.id, event.version, |tx| match &event.order_id {
        Some(order) => tx.execute_deferred(
            "UPDATE tickets SET order_id = $2, version = $3 WHERE id = $1",
            args![&event.id, order, event.version],
        ),
        None => tx.execute_deferred(
            "UPDATE tickets SET title = $2, price = $3, order_id = NULL, version = $4, details = $5, starts_at = $6 \
             WHERE id = $1",
            args![
                &event.id,
                &event.title,
                event.price,
                event.version,
                &serde_json::to_string(&event.details)?,
                starts_at(&event.details)
            ],
        ),
    })
}

/// Applies `ticket:deleted`. An active order of the ticket stays; new ones are refused. If the ticket resells a pass that a
/// door has admitted, an order that no payment holds is cancelled. Without an active order the listing is closed.
///
/// # Errors
/// If the database fails.
pub fn delete_ticket(
    tx: &mut Tx<'_>,
    outbox: &Outbox,
    event: &TicketDeleted,
    now: Timestamp,
) -> Result<ApplyOutcome, DbError> {
    TICKETS.apply(tx, &event.id, event.version, |tx| {
        tx.execute_deferred(
            "UPDATE tickets SET deleted = 1, order_id = NULL, version = $2 WHERE id = $1",
            args![&event.id, event.version],
        )?;
        if event.admitted_at.is_some()
            && let Some(order) = holder(tx, &event.id)?
        {
            advance(tx, outbox, &order, Cause::PassAdmitted, now)?;
        }
        close_listing(tx, outbox, &event.id)
    })
}

/// Returns the start of the event as stored: the largest number if there is none.
fn starts_at(details: &TicketDetails) -> i64 {
    details.starts_at.as_ref().map_or(i64::MAX, |starts| starts.instant().as_millis())
}
