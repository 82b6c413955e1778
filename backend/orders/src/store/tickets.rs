//! The copy of the tickets: what their sellers ask, for new orders.
//!
//! A ticket that was withdrawn once takes no new order, also while an order that was on its way brings it back. A
//! ticket that an order holds shows the terms of that order, so its title, price and details say nothing about what the
//! seller asks.

use ticketing_bus::{Effect, Outbox, next_step};
use ticketing_events::{TicketCreated, TicketDeleted, TicketUpdated};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::visibility::find_visible;
use ticketing_sdk::{Money, TicketDetails, TicketId};

use super::unpublished::close_listing;

/// What orders knows of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketCopy {
    /// The ticket.
    pub id: TicketId,
    /// Its title.
    pub title: String,
    /// What it costs.
    pub price: Money,
    /// What it says about its event.
    pub details: TicketDetails,
    /// The version of the ticket that this is.
    pub version: i64,
}

/// The ticket, unless it is unknown or withdrawn.
///
/// # Errors
/// If the database fails.
pub fn ticket(tx: &mut Tx<'_>, id: &TicketId) -> Result<Option<TicketCopy>, DbError> {
    tx.query_opt(
        "SELECT id, title, price, details, version FROM tickets WHERE id = $1 AND deleted = 0",
        args![id],
        |row| {
            Ok(TicketCopy {
                id: row.parse("id")?,
                title: row.text("title")?,
                price: row.money("price")?,
                details: row.json("details")?,
                version: row.int("version")?,
            })
        },
    )
}

/// Which of these tickets are known here, withdrawn ones included.
///
/// # Errors
/// If the database fails.
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
/// If the database fails.
pub fn create_ticket(tx: &mut Tx<'_>, event: &TicketCreated) -> Result<Effect, DbError> {
    let step = next_step(version_of(tx, &event.id)?, event.version);
    if step == Effect::Done {
        tx.execute_deferred(
            "INSERT INTO tickets (id, title, price, user_id, deleted, version, details, starts_at) \
             VALUES ($1, $2, $3, $4, 0, $5, $6, $7)",
            args![
                &event.id,
                &event.title,
                event.price,
                &event.user_id,
                event.version,
                &to_json(&event.details)?,
                starts_at(&event.details)
            ],
        )?;
    }
    Ok(step)
}

/// `ticket:updated`. Title, price and details are copied unless an order holds the ticket: then they are that order's.
///
/// # Errors
/// If the database fails.
pub fn update_ticket(tx: &mut Tx<'_>, event: &TicketUpdated) -> Result<Effect, DbError> {
    let step = next_step(version_of(tx, &event.id)?, event.version);
    if step == Effect::Done {
        match &event.order_id {
            Some(order) => tx.execute_deferred(
                "UPDATE tickets SET order_id = $2, version = $3 WHERE id = $1",
                args![&event.id, order, event.version],
            )?,
            None => tx.execute_deferred(
                "UPDATE tickets SET title = $2, price = $3, order_id = NULL, version = $4, details = $5, \
                 starts_at = $6 WHERE id = $1",
                args![
                    &event.id,
                    &event.title,
                    event.price,
                    event.version,
                    &to_json(&event.details)?,
                    starts_at(&event.details)
                ],
            )?,
        }
    }
    Ok(step)
}

/// `ticket:deleted`. An active order of the ticket stands; new ones are refused from now on. Without an active order the
/// listing is closed.
///
/// # Errors
/// If the database fails.
pub fn delete_ticket(tx: &mut Tx<'_>, outbox: &Outbox, event: &TicketDeleted) -> Result<Effect, DbError> {
    let step = next_step(version_of(tx, &event.id)?, event.version);
    if step == Effect::Done {
        tx.execute_deferred(
            "UPDATE tickets SET deleted = 1, order_id = NULL, version = $2 WHERE id = $1",
            args![&event.id, event.version],
        )?;
        close_listing(tx, outbox, &event.id)?;
    }
    Ok(step)
}

/// When the event starts, as it is stored: the largest number where the ticket does not say.
fn starts_at(details: &TicketDetails) -> i64 {
    details.starts_at.as_ref().map_or(i64::MAX, |starts| starts.instant().as_millis())
}

/// The details as they are stored.
fn to_json(details: &TicketDetails) -> Result<String, DbError> {
    serde_json::to_string(details).map_err(|error| DbError::Statement(error.to_string()))
}

fn version_of(tx: &mut Tx<'_>, id: &TicketId) -> Result<Option<i64>, DbError> {
    tx.query_opt("SELECT version FROM tickets WHERE id = $1", args![id], |row| row.int("version"))
}
