//! The orders. The unique index `orders_ticket_id` decides which order holds a ticket.

use std::time::Duration;

use ticketing_bus::{ApplyOutcome, Outbox};
use ticketing_events::{
    CancelledTicket, CompletedTicket, ConfirmedTicket, OrderCancelled, OrderCompleted, OrderConfirmed,
    OrderCreated,
};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Row, Tx};
use ticketing_sdk::{
    CancelReason, Money, Order, OrderId, OrderStatus, OrderedTicket, TicketId, Timestamp, UserId,
};

use super::closed_listings::close_listing;
use super::tickets::{is_known, ticket};
use super::{open, reorder};
use crate::domain::lifecycle::{Cause, Step, step};

const COLUMNS: &str = "id, user_id, ticket_id, ticket_title, ticket_price, ticket_version, ticket_details, status, \
                       expires_at, version, created_at, cancel_reason";

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

/// An order was not cancelled.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// The order does not exist.
    #[error("there is no such order")]
    NotFound,
    /// It is the order of another user.
    #[error("the order belongs to another user")]
    NotOwner,
    /// It awaits a payment, or is paid: this is its status.
    #[error("the order is {}", .0.as_str())]
    TooLate(OrderStatus),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Reads the columns of an [`OrderedTicket`].
fn ordered_ticket(row: &Row<'_>) -> Result<OrderedTicket, DbError> {
    let (id, price) = (row.column::<TicketId>("ticket_id")?, row.column("ticket_price")?);
    let ticket = OrderedTicket::new(id, row.text("ticket_title")?, price);
    Ok(ticket.details(row.column("ticket_details")?).version(row.int("ticket_version")?))
}

fn order(row: &Row<'_>) -> Result<Order, DbError> {
    let (id, user_id) = (row.column::<OrderId>("id")?, row.column::<UserId>("user_id")?);
    let mut order = Order::new(id, user_id, ordered_ticket(row)?, row.column("expires_at")?)
        .status(row.column("status")?)
        .version(row.column("version")?)
        .created_at(row.column("created_at")?);
    order.cancel_reason = row.column("cancel_reason")?;
    Ok(order)
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

/// Returns the order that holds a ticket.
pub(super) fn holder(tx: &mut Tx<'_>, ticket: &TicketId) -> Result<Option<OrderId>, DbError> {
    tx.query_opt(
        "SELECT id FROM orders WHERE ticket_id = $1 AND status <> 'cancelled'",
        args![ticket],
        |row| row.column::<OrderId>("id"),
    )
}

/// Returns an order.
///
/// # Errors
/// If the database fails.
pub fn find(tx: &mut Tx<'_>, id: &OrderId) -> Result<Option<Order>, DbError> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM orders WHERE id = $1"), args![id], order)
}

/// Lists the orders of a user after `position`, oldest first. Empty `statuses`: any status.
///
/// # Errors
/// If the database fails.
pub fn list(
    tx: &mut Tx<'_>,
    user: &UserId,
    statuses: &[OrderStatus],
    position: Option<&str>,
    limit: u32,
) -> Result<Vec<Order>, DbError> {
    let names: Vec<String> = statuses.iter().map(|status| format!("'{}'", status.as_str())).collect();
    let condition =
        if names.is_empty() { String::new() } else { format!("AND status IN ({})", names.join(", ")) };
    tx.query(
        &format!(
            "SELECT {COLUMNS} FROM orders WHERE user_id = $1 AND id > $2 {condition} ORDER BY id LIMIT $3"
        ),
        args![user, position.unwrap_or_default(), limit],
        order,
    )
}

/// Cancels an order of its buyer. A cancelled order does not change.
///
/// # Errors
/// If the order does not exist, is not an order of `owner`, or awaits a payment.
pub fn cancel(
    tx: &mut Tx<'_>,
    outbox: &Outbox,
    id: &OrderId,
    owner: &UserId,
    now: Timestamp,
) -> Result<(), CancelError> {
    let order = find(tx, id)?.ok_or(CancelError::NotFound)?;
    if order.user_id != *owner {
        return Err(CancelError::NotOwner);
    }
    match step(order.status, Cause::Cancelled, order.expires_at, now) {
        Step::To(next) => {
            reorder::record(tx, &order, now)?;
            Ok(move_to(tx, outbox, &order, next, Cause::Cancelled)?)
        }
        _ if order.status == OrderStatus::Cancelled => Ok(()),
        _ => Err(CancelError::TooLate(order.status)),
    }
}

/// Applies the transition of `cause` to an order, if there is one. An event of an unknown order counts as a duplicate: orders
/// owns the orders, so that one was never created.
///
/// # Errors
/// If the database fails.
pub fn advance(
    tx: &mut Tx<'_>,
    outbox: &Outbox,
    id: &OrderId,
    cause: Cause,
    now: Timestamp,
) -> Result<ApplyOutcome, DbError> {
    let Some(order) = find(tx, id)? else { return Ok(ApplyOutcome::Duplicate) };
    match step(order.status, cause, order.expires_at, now) {
        Step::To(next) => {
            if matches!(cause, Cause::Cancelled | Cause::Expired) {
                reorder::record(tx, &order, now)?;
            }
            move_to(tx, outbox, &order, next, cause).map(|()| ApplyOutcome::Done)
        }
        Step::Stay => Ok(ApplyOutcome::Done),
        Step::NotYet => Ok(ApplyOutcome::NotDue),
    }
}

/// Writes the next status, fenced by the version, and appends its event.
fn move_to(
    tx: &mut Tx<'_>,
    outbox: &Outbox,
    order: &Order,
    next: OrderStatus,
    cause: Cause,
) -> Result<(), DbError> {
    let version = order.version + 1;
    let cancel_reason = (next == OrderStatus::Cancelled).then(|| cause.cancel_reason()).flatten();
    let moved = tx.execute(
        "UPDATE orders SET status = $2, version = $3, cancel_reason = $5 WHERE id = $1 AND version = $4",
        args![
            &order.id,
            next.as_str(),
            version,
            order.version,
            cancel_reason.as_ref().map(CancelReason::as_str)
        ],
    )?;
    if moved == 0 {
        return Err(DbError::Unavailable("another transaction has moved the order on".to_owned()));
    }
    if matches!(next, OrderStatus::Complete | OrderStatus::Cancelled) {
        open::decrement(tx, &order.user_id)?;
    }
    let (id, ticket) = (order.id.clone(), order.ticket.id.clone());
    match next {
        OrderStatus::AwaitingPayment => {
            outbox.append(tx, &OrderConfirmed { id, version, ticket: ConfirmedTicket { id: ticket } })
        }
        OrderStatus::Complete => {
            outbox.append(tx, &OrderCompleted { id, version, ticket: CompletedTicket { id: ticket } })
        }
        OrderStatus::Cancelled => {
            let cancelled = CancelledTicket { id: ticket.clone() };
            let event =
                outbox.append(tx, &OrderCancelled { id, version, ticket: cancelled, cancel_reason })?;
            close_listing(tx, outbox, &ticket)?;
            Ok(event)
        }
        other => Err(DbError::Statement(format!("no order moves to {other}"))),
    }?;
    Ok(())
}
