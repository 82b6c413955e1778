//! What the audit reads from the database of the tickets service: the tickets, and the copies of the orders.
//!
//! The audit is written from the contract. It shares the types of rows with this service, and none of its rules.

use serde_json::Value;
use ticketing_events::EventName;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::OrderStatus;

/// The events that the service consumes (invariant 6).
pub const CONSUMED: &[EventName] = &[
    EventName::OrderCreated,
    EventName::OrderConfirmed,
    EventName::OrderCompleted,
    EventName::OrderCancelled,
    EventName::OrderRestated,
    EventName::ListingClosed,
    EventName::SessionEnded,
];

/// A ticket. Invariants 2 and 8 compare it with the orders, 4 with its events, 9 with its copy in orders, and 10 with
/// the charges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketRow {
    /// The id of the ticket.
    pub id: String,
    /// The title that is shown.
    pub title: String,
    /// The price that is shown, in cents.
    pub price: i64,
    /// `available`, `reserved`, `sold` or `deleted`.
    pub status: String,
    /// The order that holds the ticket.
    pub order_id: Option<String>,
    /// Whether the seller has withdrawn the ticket, also while an order holds it.
    pub withdrawn: bool,
    /// The title of the seller. It differs from the title that is shown while an order holds the ticket.
    pub listed_title: String,
    /// The price of the seller, in cents.
    pub listed_price: i64,
    /// The details that are shown, in JSON.
    pub details: Value,
    /// The details of the seller, in JSON.
    pub listed_details: Value,
    /// The version of the ticket.
    pub version: i64,
}

/// The copy of an order. Invariant 9 compares it with the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReservationRow {
    /// The id of the order.
    pub order_id: String,
    /// The ordered ticket.
    pub ticket_id: String,
    /// The ordered price in cents, where the event had one.
    pub price: Option<i64>,
    /// The status of the order.
    pub status: OrderStatus,
    /// The version of the order.
    pub version: i64,
}

/// Reads the tickets, the withdrawn ones included.
///
/// # Errors
/// If the statement fails.
pub fn read_tickets(tx: &mut Tx<'_>) -> Result<Vec<TicketRow>, DbError> {
    let sql = "SELECT id, title, price, status, order_id, version, COALESCE(listed_title, title) AS listed_title, \
               COALESCE(listed_price, price) AS listed_price, details, \
               COALESCE(listed_details, details) AS listed_details, \
               CASE WHEN status = 'deleted' THEN 1 ELSE withdrawn END AS withdrawn FROM tickets";
    tx.query(sql, args![], |row| {
        Ok(TicketRow {
            id: row.text("id")?,
            title: row.text("title")?,
            price: row.int("price")?,
            status: row.text("status")?,
            order_id: row.opt_text("order_id")?,
            withdrawn: row.flag("withdrawn")?,
            listed_title: row.text("listed_title")?,
            listed_price: row.int("listed_price")?,
            details: row.json("details")?,
            listed_details: row.json("listed_details")?,
            version: row.int("version")?,
        })
    })
}

/// Reads the copies of the orders.
///
/// # Errors
/// If the statement fails.
pub fn read_reservations(tx: &mut Tx<'_>) -> Result<Vec<ReservationRow>, DbError> {
    let sql = "SELECT order_id, ticket_id, price, status, version FROM reservations";
    tx.query(sql, args![], |row| {
        Ok(ReservationRow {
            order_id: row.text("order_id")?,
            ticket_id: row.text("ticket_id")?,
            price: row.opt_int("price")?,
            status: row.parse("status")?,
            version: row.int("version")?,
        })
    })
}
