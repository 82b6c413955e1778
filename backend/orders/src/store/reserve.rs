//! The reservation of a ticket by a new order.

use std::time::Duration;

use ticketing_bus::Outbox;
use ticketing_events::OrderCreated;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{Money, Order, OrderId, OrderedTicket, TicketId, Timestamp, UserId};

use super::orders::{holder, ordered_ticket};
use super::tickets::{is_known, ticket};
use super::{open, reorder};

/// An order to insert.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// The id.
    pub id: OrderId,
    /// The buyer.
    pub user_id: UserId,
    /// The ticket.
    pub ticket_id: TicketId,
    /// The current time.
    pub now: Timestamp,
    /// The deadline of the reservation; the start of the event if that is earlier.
    pub expires_at: Timestamp,
    /// The limit of unpaid orders of a user.
    pub open_limit: i64,
    /// The price in cents that the buyer saw; `None` accepts any price.
    pub price: Option<Money>,
    /// The pause after each unpaid reservation of the ticket by this buyer.
    pub reorder_pause: Duration,
}

/// A ticket was not reserved.
#[derive(Debug, thiserror::Error)]
pub enum ReserveError {
    /// The ticket is unknown: its event may not have arrived.
    #[error("the ticket is not known")]
    UnknownTicket,
    /// The ticket was withdrawn.
    #[error("there is no such ticket")]
    NoTicket,
    /// The event has started.
    #[error("the event has started")]
    Started,
    /// The price differs from the one that the buyer saw: this is the current price.
    #[error("the ticket costs {0}")]
    PriceChanged(Money),
    /// The remaining pause after an unpaid reservation of the ticket by this buyer.
    #[error("the ticket cannot be ordered again for {} s", .0.as_secs())]
    ReorderTooSoon(Duration),
    /// Another order holds the ticket, or it is sold.
    #[error("the ticket is already reserved")]
    Reserved,
    /// The user has too many unpaid orders.
    #[error("the user has too many unpaid orders")]
    TooManyOpen,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Reserves a ticket by ordering it, for its price at this moment.
///
/// # Errors
/// If the ticket does not exist, its event has started, its price has changed, another order holds it, the pause after an
/// unpaid reservation is not over, or the user has too many unpaid orders.
pub fn reserve(tx: &mut Tx<'_>, outbox: &Outbox, new: &NewOrder) -> Result<Order, ReserveError> {
    if open::is_limit_reached(tx, &new.user_id, new.open_limit)? {
        return Err(match ticket(tx, &new.ticket_id)? {
            Some(_) => ReserveError::TooManyOpen,
            None => no_ticket(tx, &new.ticket_id)?,
        });
    }
    let Some((ticket, expires_at)) = insert(tx, new)? else { return Err(refusal(tx, new)?) };
    let order = Order::new(&new.id, &new.user_id, ticket, expires_at).created_at(new.now);
    outbox.append(tx, &OrderCreated::from(&order))?;
    Ok(order)
}

/// Inserts the order. Returns the current ticket and the deadline of the reservation, at most the start of the event.
/// Returns `None` if the ticket does not exist, its event has started, or another order holds it.
fn insert(tx: &mut Tx<'_>, new: &NewOrder) -> Result<Option<(OrderedTicket, Timestamp)>, ReserveError> {
    let made = format!(
        "INSERT INTO orders (id, user_id, ticket_id, ticket_title, ticket_price, ticket_version, \
                ticket_details, status, expires_at, version, created_at) \
                SELECT $1, $2, id, title, price, version, details, 'created', \
                CASE WHEN starts_at < $4 THEN starts_at ELSE $4 END, 0, $5 \
                FROM tickets WHERE id = $3 AND deleted = 0 AND starts_at > $5 AND (price = $7 OR $7 = 0) AND {} \
                ON CONFLICT DO NOTHING \
                RETURNING ticket_id, ticket_title, ticket_price, ticket_version, ticket_details, expires_at",
        reorder::MAY_ORDER
    );
    let price = new.price.map_or(0, Money::cents);
    let pause = i64::try_from(new.reorder_pause.as_millis()).unwrap_or(i64::MAX);
    let limit = new.open_limit;
    let args = args![&new.id, &new.user_id, &new.ticket_id, new.expires_at, new.now, limit, price, pause];
    let made = tx.query_opt(&open::with_count(&made, tx.dialect()), args, |row| {
        Ok(((ordered_ticket(row)?, row.column("expires_at")?), row.int("counted")? > 0))
    })?;
    match made {
        Some((_, false)) => Err(ReserveError::TooManyOpen),
        made => Ok(made.map(|(reserved, _)| reserved)),
    }
}

/// Returns why nothing was inserted. A started event is reported first, and a wrong price before a reservation by
/// another buyer.
fn refusal(tx: &mut Tx<'_>, new: &NewOrder) -> Result<ReserveError, DbError> {
    let Some(ticket) = ticket(tx, &new.ticket_id)? else { return no_ticket(tx, &new.ticket_id) };
    if ticket.details.starts_at.as_ref().is_some_and(|starts| starts.instant() <= new.now) {
        return Ok(ReserveError::Started);
    }
    if new.price.is_some_and(|price| price != ticket.price) {
        return Ok(ReserveError::PriceChanged(ticket.price));
    }
    let wait = reorder::remaining_pause(tx, &new.user_id, &new.ticket_id, new.reorder_pause, new.now)?;
    match wait {
        Some(wait) if holder(tx, &new.ticket_id)?.is_none() => Ok(ReserveError::ReorderTooSoon(wait)),
        _ => Ok(ReserveError::Reserved),
    }
}

/// Returns the error of a withdrawn or unknown ticket. A withdrawn ticket with an active order is reserved.
fn no_ticket(tx: &mut Tx<'_>, id: &TicketId) -> Result<ReserveError, DbError> {
    if holder(tx, id)?.is_some() {
        return Ok(ReserveError::Reserved);
    }
    Ok(if is_known(tx, id)? { ReserveError::NoTicket } else { ReserveError::UnknownTicket })
}
