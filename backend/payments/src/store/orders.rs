//! The copy of the orders, updated by their events in consecutive versions.

use ticketing_bus::{ApplyOutcome, Copies};
use ticketing_events::OrderCreated;
use ticketing_platform::db::{DbError, Row, Tx};
use ticketing_platform::{args, read_row};
use ticketing_sdk::{Money, OrderId, OrderStatus, TicketId, Timestamp, UserId};

/// The copy of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderCopy {
    /// The order.
    pub id: OrderId,
    /// The buyer.
    pub user_id: UserId,
    /// The status.
    pub status: OrderStatus,
    /// The price.
    pub price: Money,
    /// The ticket.
    pub ticket_id: TicketId,
    /// When the reservation expires if it is not paid.
    pub expires_at: Timestamp,
    /// The version of the order.
    pub version: i64,
}

/// Returns the copy of an order.
///
/// # Errors
/// Fails if the database fails.
pub fn find_order(tx: &mut Tx<'_>, id: &OrderId) -> Result<Option<OrderCopy>, DbError> {
    tx.query_opt(
        "SELECT id, user_id, status, price, ticket_id, expires_at, version FROM orders WHERE id = $1",
        args![id],
        read,
    )
}

fn read(row: &Row<'_>) -> Result<OrderCopy, DbError> {
    read_row!(row => OrderCopy { id, user_id, status, price, ticket_id, expires_at, version })
}

/// Inserts the copy of an order.
///
/// # Errors
/// Fails if the database fails.
pub fn insert_order(tx: &mut Tx<'_>, event: &OrderCreated) -> Result<ApplyOutcome, DbError> {
    let inserted = tx.execute(
        "INSERT INTO orders (id, user_id, status, price, ticket_id, expires_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        args![
            &event.id,
            &event.user_id,
            event.status.as_str(),
            event.ticket.price,
            &event.ticket.id,
            event.expires_at,
            event.version,
        ],
    )?;
    Ok(if inserted > 0 { ApplyOutcome::Done } else { ApplyOutcome::Duplicate })
}

/// Sets the status of the copy of an order, as of `version`.
///
/// # Errors
/// Fails if the database fails.
pub(super) fn update_order_status(
    tx: &mut Tx<'_>,
    id: &OrderId,
    version: i64,
    status: OrderStatus,
) -> Result<ApplyOutcome, DbError> {
    Copies { table: "orders", id: "id" }.set_status(tx, id, status.as_str(), version)
}
