//! Applies the events of orders to tickets.
//!
//! One order holds a ticket. The index of orders allows one active order of a ticket, so a second active reservation here
//! only means that the end of the first one has not arrived. The order prevails over concurrent edits and withdrawals: the
//! ticket shows the ordered terms until the order ends.

use ticketing_bus::{ApplyOutcome, Copies};
use ticketing_events::{OrderCompleted, OrderCreated, OrderedTicketRef};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Row, Tx};
use ticketing_sdk::{OrderId, Ticket, TicketId, TicketStatus, Timestamp};

use super::passes::settle_sale;
use super::terms::TermColumns;
use super::tickets::{COLUMNS, ChangePublisher, publish_deleted, publish_updated, ticket};
use crate::domain::hold::{Hold, Listing, State, View, view};
use crate::domain::terms::Terms;

const RESERVATIONS: Copies = Copies { table: "reservations", id: "order_id" };

/// Applies `order:created`: the order holds the ticket, unless another one does.
///
/// # Errors
/// If the database fails.
pub fn reserve(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    event: &OrderCreated,
) -> Result<ApplyOutcome, DbError> {
    RESERVATIONS.apply(tx, &event.id, event.version, |tx| {
        let OrderedTicketRef { title, price, details, .. } = &event.ticket;
        let json = details.as_ref().map(serde_json::to_string).transpose()?;
        tx.execute_deferred(
            "INSERT INTO reservations (order_id, ticket_id, status, version, title, price, details, user_id) \
             VALUES ($1, $2, 'created', $3, $4, $5, $6, $7)",
            args![
                &event.id,
                &event.ticket.id,
                event.version,
                title.as_ref(),
                *price,
                json.as_ref(),
                &event.user_id
            ],
        )?;
        hold(tx, publisher, event)
    })
}

/// Applies `order:confirmed`: the ticket does not change.
///
/// # Errors
/// If the database fails.
pub fn confirm(tx: &mut Tx<'_>, order: &OrderId, version: i64) -> Result<ApplyOutcome, DbError> {
    RESERVATIONS.set_status(tx, order, "awaiting:payment", version)
}

/// Applies `order:completed`: the ticket is sold, and its buyer holds a pass: a new one, or the one of a resale.
///
/// # Errors
/// If the database fails.
pub fn complete(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    event: &OrderCompleted,
) -> Result<ApplyOutcome, DbError> {
    let (order, ticket_id, version) = (&event.id, &event.ticket.id, event.version);
    let step = RESERVATIONS.set_status(tx, order, "complete", version)?;
    if step != ApplyOutcome::Done {
        return Ok(step);
    }
    // The usual case: the order holds the ticket, which shows the terms of the order.
    let sold = tx.query_opt(
        &format!(
            "UPDATE tickets SET status = 'sold', version = version + 1, updated_at = $3 \
             WHERE id = $1 AND order_id = $2 AND status = 'reserved' RETURNING {COLUMNS}"
        ),
        args![ticket_id, order, publisher.now],
        ticket,
    )?;
    match sold {
        Some(sold) => publish_updated(tx, publisher, &sold)?,
        None => {
            let unsold = format!("SELECT {STORED} FROM tickets WHERE id = $1 AND status <> 'sold'");
            let unsold = tx.query_opt(&unsold, args![ticket_id], stored)?;
            let hold = find_hold(tx, "held.order_id = $1", order.as_str())?;
            if let (Some(unsold), Some(hold)) = (unsold, hold) {
                show(tx, publisher, unsold, Some(&hold))?;
            }
        }
    }
    settle_sale(tx, publisher, order, ticket_id)?;
    Ok(step)
}

/// Applies `order:cancelled`: the ticket shows its listing if this order held it and no other order is active.
///
/// # Errors
/// If the database fails.
pub fn release(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    order: &OrderId,
    ticket_id: &TicketId,
    version: i64,
) -> Result<ApplyOutcome, DbError> {
    let step = RESERVATIONS.set_status(tx, order, "cancelled", version)?;
    if step != ApplyOutcome::Done {
        return Ok(step);
    }
    let held = tx.query_opt(
        &format!("SELECT {STORED} FROM tickets WHERE id = $1 AND order_id = $2 AND status = 'reserved'"),
        args![ticket_id, order],
        stored,
    )?;
    if let Some(held) = held {
        let next = find_hold(tx, "held.ticket_id = $1 AND held.status <> 'cancelled'", ticket_id.as_str())?;
        show(tx, publisher, held, next.as_ref())?;
    }
    Ok(step)
}

/// Withdraws the listing of a pass that a door has admitted at `admitted_at`, or whose event has started, unless it is sold. The
/// event states the admission, also where the seller has withdrawn the listing before: orders then cancels an order of it that no
/// payment holds. An order that holds the listing here stays until its end is known; it is the last one.
pub(super) fn withdraw(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    listing: &TicketId,
    admitted_at: Option<Timestamp>,
) -> Result<(), DbError> {
    let sql = format!("SELECT {STORED} FROM tickets WHERE id = $1 AND status <> 'sold'");
    let Some(mut stored) = tx.query_opt(&sql, args![listing], stored)? else { return Ok(()) };
    stored.listing.is_withdrawn = true;
    let withdrawn = write_shown(tx, publisher, stored.clone(), None)?;
    publish_deleted(tx, publisher, &withdrawn, admitted_at)?;
    if let Some(hold) = find_hold(tx, "held.ticket_id = $1 AND held.status <> 'cancelled'", listing.as_str())?
    {
        stored.shown.version += 1;
        show(tx, publisher, stored, Some(&hold))?;
    }
    Ok(())
}

/// A ticket with the listing of its seller.
#[derive(Clone)]
struct StoredTicket {
    shown: Ticket,
    listing: Listing,
}

const STORED: &str = "id, title, price, details, user_id, resale_of, order_id, version, created_at, updated_at, \
                      CASE WHEN status = 'deleted' THEN 'available' ELSE status END AS status, withdrawn, \
                      COALESCE(listed_title, title) AS listed_title, COALESCE(listed_price, price) AS listed_price, \
                      COALESCE(listed_details, details) AS listed_details";

fn stored(row: &Row<'_>) -> Result<StoredTicket, DbError> {
    let terms = Terms {
        title: row.text("listed_title")?,
        price: row.column("listed_price")?,
        details: row.column("listed_details")?,
    };
    let listing = Listing { terms, is_withdrawn: row.column("withdrawn")? };
    Ok(StoredTicket { shown: ticket(row)?, listing })
}

/// Returns the first reservation that matches `condition` over `$1`, a paid one first. Terms that it does not state are those of
/// the listing.
fn find_hold(tx: &mut Tx<'_>, condition: &str, value: &str) -> Result<Option<Hold>, DbError> {
    let sql = format!(
        "SELECT held.order_id, held.status, held.price, COALESCE(held.title, listed_title, tickets.title) AS title, \
         COALESCE(held.details, listed_details, tickets.details) AS details \
         FROM reservations AS held JOIN tickets ON tickets.id = held.ticket_id WHERE {condition} \
         ORDER BY CASE WHEN held.status = 'complete' THEN 0 ELSE 1 END, held.order_id LIMIT 1"
    );
    tx.query_opt(&sql, args![value], |row| {
        Ok(Hold {
            order_id: row.column("order_id")?,
            is_sold: row.text("status")? == "complete",
            terms: Terms {
                title: row.text("title")?,
                price: row.column("price")?,
                details: row.column("details")?,
            },
        })
    })
}

/// Reserves an available ticket: one statement, unless the seller has edited it since it was ordered.
fn hold(tx: &mut Tx<'_>, publisher: &ChangePublisher<'_>, event: &OrderCreated) -> Result<(), DbError> {
    let held = tx.query_opt(
        &format!(
            "UPDATE tickets SET status = 'reserved', order_id = $2, version = version + 1, updated_at = $3 \
             WHERE id = $1 AND status IN ('available', 'deleted') RETURNING {COLUMNS}"
        ),
        args![&event.ticket.id, &event.id, publisher.now],
        ticket,
    )?;
    let Some(mut held) = held else { return Ok(()) };
    let listed = Terms::from(&held);
    let OrderedTicketRef { title, price, details, .. } = event.ticket.clone();
    let ordered = Terms {
        title: title.unwrap_or_else(|| listed.title.clone()),
        price,
        details: details.unwrap_or_else(|| listed.details.clone()),
    };
    if ordered != listed {
        tx.execute_deferred(
            &format!(
                "UPDATE tickets SET listed_title = title, listed_price = price, listed_details = details, {} \
                 WHERE id = $7",
                TermColumns::ASSIGNMENTS
            ),
            &TermColumns::of(&ordered)?.args(args![&held.id]),
        )?;
        ordered.show_in(&mut held);
    }
    publish_updated(tx, publisher, &held)
}

/// Updates the shown state of a ticket, with a new version, and publishes it.
fn show(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    stored: StoredTicket,
    hold: Option<&Hold>,
) -> Result<(), DbError> {
    let is_deleted = stored.listing.is_withdrawn && hold.is_none();
    let shown = write_shown(tx, publisher, stored, hold)?;
    if is_deleted {
        publish_deleted(tx, publisher, &shown, None)
    } else {
        publish_updated(tx, publisher, &shown)
    }
}

/// Writes the shown state of a ticket, with a new version, and returns the ticket.
fn write_shown(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    stored: StoredTicket,
    hold: Option<&Hold>,
) -> Result<Ticket, DbError> {
    let StoredTicket { mut shown, listing } = stored;
    let View { state, terms, order_id } = view(&listing, hold);
    let Terms { title, price, details } = &listing.terms;
    let listed_details = serde_json::to_string(details)?;
    let differs = terms != listing.terms;
    shown.version += 1;
    tx.execute_deferred(
        &format!(
            "UPDATE tickets SET {}, status = $8, order_id = $9, withdrawn = $10, listed_title = $11, \
             listed_price = $12, listed_details = $13, version = $14, updated_at = $15 WHERE id = $7",
            TermColumns::ASSIGNMENTS
        ),
        &TermColumns::of(&terms)?.args(args![
            &shown.id,
            state.as_str(),
            order_id.as_ref(),
            listing.is_withdrawn,
            differs.then_some(title),
            differs.then_some(*price),
            differs.then_some(&listed_details),
            shown.version,
            publisher.now
        ]),
    )?;
    terms.show_in(&mut shown);
    (shown.order_id, shown.updated_at) = (order_id, Some(publisher.now));
    shown.status = match state {
        State::Reserved => TicketStatus::Reserved,
        State::Sold => TicketStatus::Sold,
        State::Available | State::Deleted => TicketStatus::Available,
    };
    Ok(shown)
}
