//! The copy of the tickets: what their sellers ask, for new orders.
//!
//! A ticket that was withdrawn once takes no new order, also while an order that was on its way brings it back. A
//! ticket that an order holds shows the terms of that order, so its title and price say nothing about what the seller
//! asks.

use ticketing_bus::{Effect, next_step};
use ticketing_events::{TicketCreated, TicketDeleted, TicketUpdated};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::visibility::find_visible;
use ticketing_sdk::{Money, TicketId};

/// What orders knows of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketCopy {
    /// The ticket.
    pub id: TicketId,
    /// Its title.
    pub title: String,
    /// What it costs.
    pub price: Money,
    /// The version of the ticket that this is.
    pub version: i64,
}

/// The ticket, unless it is unknown or withdrawn.
///
/// # Errors
/// When the database fails.
pub fn ticket(tx: &mut Tx<'_>, id: &TicketId) -> Result<Option<TicketCopy>, DbError> {
    tx.query_opt(
        "SELECT id, title, price, version FROM tickets WHERE id = $1 AND deleted = 0",
        args![id],
        |row| {
            Ok(TicketCopy {
                id: row.parse("id")?,
                title: row.text("title")?,
                price: row.money("price")?,
                version: row.int("version")?,
            })
        },
    )
}

/// Which of these tickets are known here, withdrawn ones included.
///
/// # Errors
/// When the database fails.
pub fn known_tickets(tx: &mut Tx<'_>, ids: &[String]) -> Result<Vec<String>, DbError> {
    find_visible(tx, "tickets", ids)
}

/// Whether the ticket is known here, withdrawn or not.
pub(super) fn is_known(tx: &mut Tx<'_>, id: &TicketId) -> Result<bool, DbError> {
    Ok(version_of(tx, id)?.is_some())
}

/// `ticket:created`
///
/// # Errors
/// When the database fails.
pub fn create_ticket(tx: &mut Tx<'_>, event: &TicketCreated) -> Result<Effect, DbError> {
    let step = next_step(version_of(tx, &event.id)?, event.version);
    if step == Effect::Done {
        tx.execute_deferred(
            "INSERT INTO tickets (id, title, price, user_id, deleted, version) VALUES ($1, $2, $3, $4, 0, $5)",
            args![&event.id, &event.title, event.price, &event.user_id, event.version],
        )?;
    }
    Ok(step)
}

/// `ticket:updated`. Title and price are copied unless an order holds the ticket: then they are that order's.
///
/// # Errors
/// When the database fails.
pub fn update_ticket(tx: &mut Tx<'_>, event: &TicketUpdated) -> Result<Effect, DbError> {
    let step = next_step(version_of(tx, &event.id)?, event.version);
    if step == Effect::Done {
        match &event.order_id {
            Some(order) => tx.execute_deferred(
                "UPDATE tickets SET order_id = $2, version = $3 WHERE id = $1",
                args![&event.id, order, event.version],
            )?,
            None => tx.execute_deferred(
                "UPDATE tickets SET title = $2, price = $3, order_id = NULL, version = $4 WHERE id = $1",
                args![&event.id, &event.title, event.price, event.version],
            )?,
        }
    }
    Ok(step)
}

/// `ticket:deleted`. An active order of the ticket stands; new ones are refused from now on.
///
/// # Errors
/// When the database fails.
pub fn delete_ticket(tx: &mut Tx<'_>, event: &TicketDeleted) -> Result<Effect, DbError> {
    let step = next_step(version_of(tx, &event.id)?, event.version);
    if step == Effect::Done {
        tx.execute_deferred(
            "UPDATE tickets SET deleted = 1, order_id = NULL, version = $2 WHERE id = $1",
            args![&event.id, event.version],
        )?;
    }
    Ok(step)
}

fn version_of(tx: &mut Tx<'_>, id: &TicketId) -> Result<Option<i64>, DbError> {
    tx.query_opt("SELECT version FROM tickets WHERE id = $1", args![id], |row| row.int("version"))
}
