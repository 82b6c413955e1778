//! The facts that the audit reads from the database of the orders service: the orders, the copies of the tickets, and the numbers
//! of unpaid orders.
//!
//! The audit is written from the contract. It shares the types of rows with this service, and none of its rules.

use serde_json::Value;
use ticketing_events::EventName;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::table_row;
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

table_row! {
    /// An order. Invariants 1 to 4 and 13 are about it; what is owed by tickets (2, 8), by the copies (9) and by the card
    /// provider (10 to 12) is derived from it.
    pub struct OrderRow: "orders" {
        /// The id of the order.
        pub id: String,
        /// The buyer.
        pub user_id: String,
        /// The ordered ticket.
        pub ticket_id: String,
        /// The ordered title.
        pub title: String = "ticket_title",
        /// The ordered details, in JSON.
        pub details: Value = "ticket_details",
        /// Why the order was cancelled, if it was.
        pub cancel_reason: Option<String>,
        /// The ordered price, in cents.
        pub price: i64 = "ticket_price",
        /// The status of the order.
        pub status: OrderStatus,
        /// The deadline of the reservation.
        pub expires_at: Timestamp,
        /// The version of the order.
        pub version: i64,
    }
}

table_row! {
    /// The copy of a ticket: the terms of its seller, and the order that holds it. Invariant 9 compares it with the ticket.
    pub struct TicketCopyRow: "tickets" {
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
}

table_row! {
    /// The stored number of unpaid orders of a user. Invariant 18 compares it with the orders.
    pub struct OpenOrdersRow: "open_orders" {
        /// The user.
        pub user_id: String,
        /// The number of unpaid orders.
        pub orders: i64,
    }
}

/// Reads the stored numbers of unpaid orders. Returns `None` on SQLite, where the service counts the orders instead.
///
/// # Errors
/// If the statement fails.
pub fn read_open_orders(tx: &mut Tx<'_>) -> Result<Option<Vec<OpenOrdersRow>>, DbError> {
    tx.dialect().is_shared().then(|| OpenOrdersRow::read_all(tx)).transpose()
}
