//! The facts that the audit reads from the database of the orders service: the orders, the copies of the tickets, and the numbers
//! of unpaid orders.
//!
//! The audit is written from the contract. It shares the types of rows with this service, and none of its rules.

use serde_json::Value;
use ticketing_events::EventName;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{OrderStatus, Timestamp};

/// The events that the service consumes (invariant 6).
pub const CONSUMED: &[EventName] = &[
    EventName::TicketCreated,
    EventName::TicketUpdated,
    EventName::TicketDeleted,
    EventName::ExpirationComplete,
    EventName::PaymentAuthorized,
    EventName::PaymentCreated,
    EventName::PaymentFailed,
    EventName::SessionEnded,
];

/// An order. Invariants 1 to 4 and 13 are about it; what is owed by tickets (2, 8), by the copies (9) and by the card
/// provider (10 to 12) is derived from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRow {
    /// The id of the order.
    pub id: String,
    /// The buyer.
    pub user_id: String,
    /// The ordered ticket.
    pub ticket_id: String,
    /// The ordered title.
    pub title: String,
    /// The ordered details in JSON; an early version did not store them.
    pub details: Option<Value>,
    /// Why the order was cancelled, where that is stored.
    pub cancel_reason: Option<String>,
    /// The ordered price, in cents.
    pub price: i64,
    /// The status of the order.
    pub status: OrderStatus,
    /// The deadline of the reservation.
    pub expires_at: Timestamp,
    /// The version of the order.
    pub version: i64,
}

/// The copy of a ticket: the terms of its seller, and the order that holds it. Invariant 9 compares it with the ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketCopyRow {
    /// The id of the ticket.
    pub id: String,
    /// The title of the seller.
    pub title: String,
    /// The price of the seller, in cents.
    pub price: i64,
    /// The details of the seller, in JSON.
    pub details: Value,
    /// The order that holds the ticket.
    pub order_id: Option<String>,
    /// Whether the seller has withdrawn the ticket.
    pub deleted: bool,
    /// The version of the ticket.
    pub version: i64,
}

/// The stored number of unpaid orders of a user. Invariant 18 compares it with the orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOrdersRow {
    /// The user.
    pub user_id: String,
    /// The number of unpaid orders.
    pub orders: i64,
}

/// Reads the orders.
///
/// # Errors
/// If the statement fails.
pub fn read_orders(tx: &mut Tx<'_>) -> Result<Vec<OrderRow>, DbError> {
    let sql = "SELECT id, user_id, ticket_id, ticket_title, ticket_price, ticket_details, status, expires_at, version, \
               cancel_reason FROM orders";
    tx.query(sql, args![], |row| {
        Ok(OrderRow {
            id: row.text("id")?,
            user_id: row.text("user_id")?,
            ticket_id: row.text("ticket_id")?,
            title: row.text("ticket_title")?,
            details: row.opt_json("ticket_details")?,
            cancel_reason: row.opt_text("cancel_reason")?,
            price: row.int("ticket_price")?,
            status: row.parse("status")?,
            expires_at: row.time("expires_at")?,
            version: row.int("version")?,
        })
    })
}

/// Reads the copies of the tickets.
///
/// # Errors
/// If the statement fails.
pub fn read_ticket_copies(tx: &mut Tx<'_>) -> Result<Vec<TicketCopyRow>, DbError> {
    let sql = "SELECT id, title, price, details, order_id, deleted, version FROM tickets";
    tx.query(sql, args![], |row| {
        Ok(TicketCopyRow {
            id: row.text("id")?,
            title: row.text("title")?,
            price: row.int("price")?,
            details: row.json("details")?,
            order_id: row.opt_text("order_id")?,
            deleted: row.flag("deleted")?,
            version: row.int("version")?,
        })
    })
}

/// Reads the stored numbers of unpaid orders. Returns `None` on SQLite, where the service counts the orders instead.
///
/// # Errors
/// If the statement fails.
pub fn read_open_orders(tx: &mut Tx<'_>) -> Result<Option<Vec<OpenOrdersRow>>, DbError> {
    if !tx.dialect().is_shared() {
        return Ok(None);
    }
    let rows = tx.query("SELECT user_id, orders FROM open_orders", args![], |row| {
        Ok(OpenOrdersRow { user_id: row.text("user_id")?, orders: row.int("orders")? })
    })?;
    Ok(Some(rows))
}
