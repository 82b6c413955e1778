//! The orders. The unique index `orders_ticket_id` decides which order holds a ticket.

use ticketing_bus::{ApplyOutcome, Outbox};
use ticketing_events::{OrderCancelled, OrderCompleted, OrderConfirmed, TicketRef};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Row, Tx};
use ticketing_sdk::{CancelReason, Order, OrderId, OrderStatus, OrderedTicket, TicketId, Timestamp, UserId};

use super::closed_listings::close_listing;
use super::{open, reorder};
use crate::domain::lifecycle::{Cause, OrderTransition, transition};

const COLUMNS: &str = "id, user_id, ticket_id, ticket_title, ticket_price, ticket_version, ticket_details, status, \
                       expires_at, version, created_at, cancel_reason";

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
pub(super) fn ordered_ticket(row: &Row<'_>) -> Result<OrderedTicket, DbError> {
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
    match transition(order.status, Cause::Cancelled, order.expires_at, now) {
        OrderTransition::To(next) => {
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
    match transition(order.status, cause, order.expires_at, now) {
        OrderTransition::To(next) => {
            if matches!(cause, Cause::Cancelled | Cause::Expired) {
                reorder::record(tx, &order, now)?;
            }
            move_to(tx, outbox, &order, next, cause).map(|()| ApplyOutcome::Done)
        }
        OrderTransition::Stay => Ok(ApplyOutcome::Done),
        OrderTransition::NotYet => Ok(ApplyOutcome::NotDue),
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
            outbox.append(tx, &OrderConfirmed { id, version, ticket: TicketRef { id: ticket } })
        }
        OrderStatus::Complete => {
            outbox.append(tx, &OrderCompleted { id, version, ticket: TicketRef { id: ticket } })
        }
        OrderStatus::Cancelled => {
            let cancelled = TicketRef { id: ticket.clone() };
            let event =
                outbox.append(tx, &OrderCancelled { id, version, ticket: cancelled, cancel_reason })?;
            close_listing(tx, outbox, &ticket)?;
            Ok(event)
        }
        other => Err(DbError::Statement(format!("no order moves to {other}"))),
    }?;
    Ok(())
}
