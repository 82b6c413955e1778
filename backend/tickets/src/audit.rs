//! The facts that the audit reads from the database of the tickets service: the tickets, the passes with their events, and the
//! copies of the orders.
//!
//! The audit is written from the contract. It shares the types of rows with this service, and none of its rules.

use serde_json::Value;
use ticketing_bus::audit::OrderCopy;
use ticketing_events::EventName;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::{args, table_row};
use ticketing_sdk::{DoubleAdmission, PassStatus, Timestamp};

/// The events that the service consumes (invariant 6).
pub const CONSUMED: &[EventName] = &[
    EventName::OrderCreated,
    EventName::OrderConfirmed,
    EventName::OrderCompleted,
    EventName::OrderCancelled,
    EventName::ListingClosed,
    EventName::SessionEnded,
];

table_row! {
    /// A ticket. Invariants 2 and 8 compare it with the orders, 4 with its events, 9 with its copy in orders, and 10 with
    /// the charges.
    pub struct TicketRow: "tickets" {
        /// The id of the ticket.
        pub id: String,
        /// The seller.
        pub user_id: String,
        /// The ticket of the pass that this one resells; `None` if it is a first listing.
        pub resale_of: Option<String>,
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
        pub listed_title: String = "COALESCE(listed_title, title)",
        /// The price of the seller, in cents.
        pub listed_price: i64 = "COALESCE(listed_price, price)",
        /// The details that are shown, in JSON.
        pub details: Value,
        /// The details of the seller, in JSON.
        pub listed_details: Value = "COALESCE(listed_details, details)",
        /// The version of the ticket.
        pub version: i64,
    }
}

/// Reads the copies of the orders.
///
/// # Errors
/// If the statement fails.
pub fn read_order_copies(tx: &mut Tx<'_>) -> Result<Vec<OrderCopy>, DbError> {
    let sql = "SELECT order_id AS id, status, version, user_id, ticket_id, price, \
               CAST(NULL AS BIGINT) AS expires_at FROM reservations";
    OrderCopy::read_all(tx, "tickets", sql)
}

table_row! {
    /// A pass. Invariant 19 derives it from the complete order of a first listing, 20 its holder and serial from the orders
    /// and the claims, 21 its admission from its events, and 22 its offer from its listing.
    pub struct PassRow: "passes" {
        /// The id of the pass.
        pub id: String,
        /// The first listing, whose sale issued the pass.
        pub ticket_id: String,
        /// The seller of the first listing.
        pub issuer_id: String,
        /// The holder.
        pub holder_id: String,
        /// The order with which the holder bought the pass; `None` if the holder claimed it.
        pub order_id: Option<String>,
        /// The title of the sale.
        pub title: String,
        /// The details of the sale, in JSON.
        pub details: Value,
        /// The price of the last sale, in cents.
        pub paid: i64,
        /// The number of changes of holder.
        pub serial: i64,
        /// The status of the pass.
        pub status: PassStatus,
        /// The version of the pass.
        pub version: i64,
        /// The listing that offers the pass.
        pub listing_id: Option<String>,
        /// When the pass was admitted; of an offered one, when its holder entered.
        pub admitted_at: Option<Timestamp> = "COALESCE(admitted_at, entered_at)",
        /// The further admissions.
        pub double_admissions: Vec<DoubleAdmission> = "COALESCE(double_admissions, '[]')",
    }
}

/// An event of a pass in the outbox. Invariants 20 and 21 read the claims and the admissions from the events, which the
/// outbox retains for a week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassEventRow {
    /// The id of the pass.
    pub pass_id: String,
    /// The version that the change made.
    pub version: i64,
    /// The name of the event.
    pub name: String,
    /// The status after the change.
    pub status: PassStatus,
    /// The serial after the change.
    pub serial: i64,
    /// The new holder, where the event states one.
    pub holder_id: Option<String>,
    /// The order that sold the pass, where the event states one.
    pub order_id: Option<String>,
    /// The admission that the event states, if it states one.
    pub admitted_at: Option<Timestamp>,
}

/// Reads the events of the passes.
///
/// # Errors
/// If the statement fails.
pub fn read_pass_events(tx: &mut Tx<'_>) -> Result<Vec<PassEventRow>, DbError> {
    let sql = "SELECT aggregate, version, name, body FROM outbox WHERE name LIKE 'pass:%'";
    tx.query(sql, args![], |row| {
        let (name, body) = (row.text("name")?, row.column::<Value>("body")?);
        let text = |key: &str| body[key].as_str().map(str::to_owned);
        let status = match name.as_str() {
            "pass:admitted" => PassStatus::Used,
            "pass:updated" => serde_json::from_value(body["status"].clone())?,
            _ => PassStatus::Valid,
        };
        Ok(PassEventRow {
            pass_id: row.text("aggregate")?,
            version: row.int("version")?,
            status,
            serial: body["serial"].as_i64().unwrap_or_default(),
            holder_id: text("userId"),
            order_id: text("orderId"),
            admitted_at: text("admittedAt").and_then(|at| at.parse().ok()),
            name,
        })
    })
}

/// Reads the resales that can be ordered although their event has started: each is pending while its end is due (invariant 22).
///
/// # Errors
/// If the statement fails.
pub fn read_due_resales(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<String>, DbError> {
    let sql =
        "SELECT id FROM tickets WHERE resale_of IS NOT NULL AND status = 'available' AND starts_at <= $1";
    tx.query(sql, args![now], |row| row.text("id"))
}
