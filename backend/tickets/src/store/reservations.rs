//! Applies the events of orders to tickets.
//!
//! One order holds a ticket. The index of orders allows one active order of a ticket, so a second active reservation here
//! only means that the end of the first one has not arrived. The order prevails over concurrent edits and withdrawals: the
//! ticket shows the ordered terms until the order ends.

use ticketing_bus::{ApplyOutcome, Copies};
use ticketing_events::{OrderCompleted, OrderCreated, OrderedTicketRef};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{OrderId, TicketId};

use super::change_publisher::ChangePublisher;
use super::changes::publish_updated;
use super::passes::settle_sale;
use super::shown_ticket::{STORED, find_hold, read_stored, show};
use super::terms::TermColumns;
use super::ticket_row::{COLUMNS, ticket};
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
            let unsold = tx.query_opt(&unsold, args![ticket_id], read_stored)?;
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
        read_stored,
    )?;
    if let Some(held) = held {
        let next = find_hold(tx, "held.ticket_id = $1 AND held.status <> 'cancelled'", ticket_id.as_str())?;
        show(tx, publisher, held, next.as_ref())?;
    }
    Ok(step)
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
            &TermColumns::from_terms(&ordered)?.args(args![&held.id]),
        )?;
        ordered.show_in(&mut held);
    }
    publish_updated(tx, publisher, &held)
}
