//! What the events of orders do to tickets.
//!
//! A ticket is held by one order. Orders decides which: its index allows one active order per ticket, so a second
//! active reservation here only means that the first one's end has not been heard of yet.

use ticketing_bus::{Effect, next_step};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{OrderId, TicketId};

use super::tickets::{COLUMNS, Voice, tell_updated, ticket};

/// `order:created`: the order holds the ticket, unless another one still does.
///
/// # Errors
/// When the database fails.
pub fn reserve(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    order: &OrderId,
    ticket: &TicketId,
    version: i64,
) -> Result<Effect, DbError> {
    let step = next_step(version_of(tx, order)?, version);
    if step == Effect::Done {
        tx.post(
            "INSERT INTO reservations (order_id, ticket_id, status, version) VALUES ($1, $2, 'created', $3)",
            args![order, ticket, version],
        )?;
        hold(tx, voice, ticket, order)?;
    }
    Ok(step)
}

/// `order:confirmed`: nothing changes for the ticket.
///
/// # Errors
/// When the database fails.
pub fn confirm(tx: &mut Tx<'_>, order: &OrderId, version: i64) -> Result<Effect, DbError> {
    advance(tx, order, "awaiting:payment", version)
}

/// `order:completed`: the ticket is sold.
///
/// # Errors
/// When the database fails.
pub fn complete(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    order: &OrderId,
    ticket_id: &TicketId,
    version: i64,
) -> Result<Effect, DbError> {
    let step = advance(tx, order, "complete", version)?;
    if step == Effect::Done {
        let sold = tx.query_opt(
            &format!(
                "UPDATE tickets SET status = 'sold', order_id = $2, version = version + 1, updated_at = $3 \
                 WHERE id = $1 AND status IN ('available', 'reserved') RETURNING {COLUMNS}"
            ),
            args![ticket_id, order, voice.now],
            ticket,
        )?;
        if let Some(sold) = sold {
            tell_updated(tx, voice, &sold)?;
        }
    }
    Ok(step)
}

/// `order:cancelled`: the ticket is free again if this order held it and no other active one waits for it.
///
/// # Errors
/// When the database fails.
pub fn release(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    order: &OrderId,
    ticket_id: &TicketId,
    version: i64,
) -> Result<Effect, DbError> {
    let step = advance(tx, order, "cancelled", version)?;
    if step != Effect::Done {
        return Ok(step);
    }
    let heir = tx.query_opt(
        "SELECT MIN(order_id) AS order_id FROM reservations WHERE ticket_id = $1 AND status <> 'cancelled'",
        args![ticket_id],
        |row| row.opt_parse::<OrderId>("order_id"),
    )?;
    let heir = heir.flatten();
    let status = if heir.is_some() { "reserved" } else { "available" };
    let freed = tx.query_opt(
        &format!(
            "UPDATE tickets SET order_id = $3, status = $4, version = version + 1, updated_at = $5 \
             WHERE id = $1 AND order_id = $2 AND status = 'reserved' RETURNING {COLUMNS}"
        ),
        args![ticket_id, order, heir.as_ref(), status, voice.now],
        ticket,
    )?;
    if let Some(freed) = freed {
        tell_updated(tx, voice, &freed)?;
    }
    Ok(step)
}

fn hold(tx: &mut Tx<'_>, voice: &Voice<'_>, ticket_id: &TicketId, order: &OrderId) -> Result<(), DbError> {
    let held = tx.query_opt(
        &format!(
            "UPDATE tickets SET status = 'reserved', order_id = $2, version = version + 1, updated_at = $3 \
             WHERE id = $1 AND status = 'available' RETURNING {COLUMNS}"
        ),
        args![ticket_id, order, voice.now],
        ticket,
    )?;
    match held {
        Some(held) => tell_updated(tx, voice, &held),
        None => Ok(()),
    }
}

fn version_of(tx: &mut Tx<'_>, order: &OrderId) -> Result<Option<i64>, DbError> {
    tx.query_opt("SELECT version FROM reservations WHERE order_id = $1", args![order], |row| {
        row.int("version")
    })
}

/// Moves the copy of an order on by one version.
fn advance(tx: &mut Tx<'_>, order: &OrderId, status: &str, version: i64) -> Result<Effect, DbError> {
    let step = next_step(version_of(tx, order)?, version);
    if step == Effect::Done {
        tx.post(
            "UPDATE reservations SET status = $2, version = $3 WHERE order_id = $1",
            args![order, status, version],
        )?;
    }
    Ok(step)
}
