//! What the events of orders do to tickets.
//!
//! A ticket is held by one order. Orders decides which: its index allows one active order per ticket, so a second
//! active reservation here only means that the end of the first one is not known yet. What the seller has edited or
//! withdrawn meanwhile loses to the order: the ticket shows what was ordered for as long as the order lasts.

use ticketing_bus::{Effect, next_step};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Row, Tx};
use ticketing_sdk::text::search_key;
use ticketing_sdk::{Money, OrderId, Ticket, TicketId, TicketStatus};

use super::keys::KEY_VERSION;
use super::tickets::{COLUMNS, Voice, tell_deleted, tell_updated, ticket};
use crate::domain::hold::{Hold, Listing, State, View, view};

/// An order as `order:created` states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReservation {
    /// The order.
    pub order_id: OrderId,
    /// The ticket that is ordered.
    pub ticket_id: TicketId,
    /// The title that is ordered. Older versions of orders do not state it.
    pub title: Option<String>,
    /// The price that is ordered.
    pub price: Money,
    /// The version of the order.
    pub version: i64,
}

/// `order:created`: the order holds the ticket, unless another one still does.
///
/// # Errors
/// When the database fails.
pub fn reserve(tx: &mut Tx<'_>, voice: &Voice<'_>, new: &NewReservation) -> Result<Effect, DbError> {
    let step = next_step(version_of(tx, &new.order_id)?, new.version);
    if step == Effect::Done {
        tx.execute_deferred(
            "INSERT INTO reservations (order_id, ticket_id, status, version, title, price) \
             VALUES ($1, $2, 'created', $3, $4, $5)",
            args![&new.order_id, &new.ticket_id, new.version, new.title.as_ref(), new.price],
        )?;
        hold(tx, voice, new)?;
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

/// `order:completed`: the ticket is sold, whatever its seller or another order wanted.
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
    if step != Effect::Done {
        return Ok(step);
    }
    // The usual case: the order holds the ticket, which shows the terms of the order already.
    let sold = tx.query_opt(
        &format!(
            "UPDATE tickets SET status = 'sold', version = version + 1, updated_at = $3 \
             WHERE id = $1 AND order_id = $2 AND status = 'reserved' RETURNING {COLUMNS}"
        ),
        args![ticket_id, order, voice.now],
        ticket,
    )?;
    match sold {
        Some(sold) => tell_updated(tx, voice, &sold)?,
        None => {
            let unsold = format!("SELECT {STORED} FROM tickets WHERE id = $1 AND status <> 'sold'");
            let unsold = tx.query_opt(&unsold, args![ticket_id], stored)?;
            let hold = find_hold(tx, "order_id = $1", order.as_str())?;
            if let (Some(unsold), Some(hold)) = (unsold, hold) {
                show(tx, voice, unsold, Some(&hold))?;
            }
        }
    }
    Ok(step)
}

/// `order:cancelled`: the ticket is as its seller wants it if this order held it and no other active one waits for it.
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
    let held = tx.query_opt(
        &format!("SELECT {STORED} FROM tickets WHERE id = $1 AND order_id = $2 AND status = 'reserved'"),
        args![ticket_id, order],
        stored,
    )?;
    if let Some(held) = held {
        let next = find_hold(tx, "ticket_id = $1 AND status <> 'cancelled'", ticket_id.as_str())?;
        show(tx, voice, held, next.as_ref())?;
    }
    Ok(step)
}

/// What an earlier version of this service leaves behind, which knows neither that orders prevail nor what a seller
/// wants meanwhile: a withdrawn ticket that an order holds, and a ticket that was released without the seller's edits
/// and withdrawal.
const OUTDATED: &str = "(status = 'deleted' AND EXISTS (SELECT 1 FROM reservations \
    WHERE reservations.ticket_id = tickets.id AND reservations.status <> 'cancelled')) \
    OR (status = 'available' AND (withdrawn = 1 OR listed_title IS NOT NULL OR listed_price IS NOT NULL))";

/// Tickets that an earlier version of this service has left in a wrong state, at most `limit` of them.
///
/// # Errors
/// When the database fails.
pub fn find_outdated(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<TicketId>, DbError> {
    let sql = format!("SELECT id FROM tickets WHERE {OUTDATED} ORDER BY id LIMIT $1");
    tx.query(&sql, args![limit], |row| row.parse("id"))
}

/// Shows such a ticket as its order or its seller wants it. Does nothing to any other ticket.
///
/// # Errors
/// When the database fails.
pub fn correct_outdated(tx: &mut Tx<'_>, voice: &Voice<'_>, id: &TicketId) -> Result<(), DbError> {
    let sql = format!("SELECT {STORED} FROM tickets WHERE id = $1 AND ({OUTDATED})");
    let Some(outdated) = tx.query_opt(&sql, args![id], stored)? else { return Ok(()) };
    let hold = find_hold(tx, "ticket_id = $1 AND status <> 'cancelled'", id.as_str())?;
    show(tx, voice, outdated, hold.as_ref())
}

/// A ticket as it is shown, with what its seller wants.
struct Stored {
    shown: Ticket,
    listing: Listing,
}

const STORED: &str = "id, title, price, user_id, order_id, version, created_at, updated_at, \
                      CASE WHEN status = 'deleted' THEN 'available' ELSE status END AS status, \
                      CASE WHEN status = 'deleted' THEN 1 ELSE withdrawn END AS withdrawn, \
                      COALESCE(listed_title, title) AS listed_title, COALESCE(listed_price, price) AS listed_price";

fn stored(row: &Row<'_>) -> Result<Stored, DbError> {
    let listing = Listing {
        title: row.text("listed_title")?,
        price: row.money("listed_price")?,
        is_withdrawn: row.flag("withdrawn")?,
    };
    Ok(Stored { shown: ticket(row)?, listing })
}

/// The first reservation that `condition` over `$1` finds; a paid one comes first.
fn find_hold(tx: &mut Tx<'_>, condition: &str, value: &str) -> Result<Option<Hold>, DbError> {
    let sql = format!(
        "SELECT order_id, status, title, price FROM reservations WHERE {condition} \
         ORDER BY CASE WHEN status = 'complete' THEN 0 ELSE 1 END, order_id LIMIT 1"
    );
    tx.query_opt(&sql, args![value], |row| {
        Ok(Hold {
            order_id: row.parse("order_id")?,
            is_sold: row.text("status")? == "complete",
            title: row.opt_text("title")?,
            price: row.opt_int("price")?.map(|_| row.money("price")).transpose()?,
        })
    })
}

/// Reserves a ticket that no order holds. One statement, unless the seller has changed it since it was ordered.
fn hold(tx: &mut Tx<'_>, voice: &Voice<'_>, new: &NewReservation) -> Result<(), DbError> {
    let held = tx.query_opt(
        &format!(
            "UPDATE tickets SET status = 'reserved', order_id = $2, version = version + 1, updated_at = $3, \
             withdrawn = CASE WHEN status = 'deleted' THEN 1 ELSE withdrawn END, \
             listed_title = NULL, listed_price = NULL \
             WHERE id = $1 AND status IN ('available', 'deleted') RETURNING {COLUMNS}"
        ),
        args![&new.ticket_id, &new.order_id, voice.now],
        ticket,
    )?;
    let Some(mut held) = held else { return Ok(()) };
    let title = new.title.clone().unwrap_or_else(|| held.title.clone());
    if title != held.title || new.price != held.price {
        tx.execute_deferred(
            &format!(
                "UPDATE tickets SET listed_title = title, listed_price = price, title = $2, title_key = $3, \
                 key_version = {KEY_VERSION}, price = $4 WHERE id = $1"
            ),
            args![&held.id, &title, &search_key(&title), new.price],
        )?;
        (held.title, held.price) = (title, new.price);
    }
    tell_updated(tx, voice, &held)
}

/// Lets a ticket show its listing, or the terms of the order that holds it now: one version more.
fn show(tx: &mut Tx<'_>, voice: &Voice<'_>, stored: Stored, hold: Option<&Hold>) -> Result<(), DbError> {
    let Stored { mut shown, listing } = stored;
    let View { state, title, price, order_id } = view(&listing, hold);
    let differs = (&title, price) != (&listing.title, listing.price);
    let (listed_title, listed_price) = (differs.then_some(&listing.title), differs.then_some(listing.price));
    shown.version += 1;
    tx.execute_deferred(
        &format!(
            "UPDATE tickets SET status = $2, order_id = $3, title = $4, title_key = $5, key_version = {KEY_VERSION}, \
             price = $6, withdrawn = $7, listed_title = $8, listed_price = $9, version = $10, updated_at = $11 \
             WHERE id = $1"
        ),
        args![
            &shown.id,
            state.as_str(),
            order_id.as_ref(),
            &title,
            &search_key(&title),
            price,
            listing.is_withdrawn,
            listed_title,
            listed_price,
            shown.version,
            voice.now
        ],
    )?;
    (shown.title, shown.price, shown.order_id, shown.updated_at) = (title, price, order_id, Some(voice.now));
    shown.status = match state {
        State::Reserved => TicketStatus::Reserved,
        State::Sold => TicketStatus::Sold,
        State::Available | State::Deleted => TicketStatus::Available,
    };
    if state == State::Deleted { tell_deleted(tx, voice, &shown) } else { tell_updated(tx, voice, &shown) }
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
        tx.execute_deferred(
            "UPDATE reservations SET status = $2, version = $3 WHERE order_id = $1",
            args![order, status, version],
        )?;
    }
    Ok(step)
}
