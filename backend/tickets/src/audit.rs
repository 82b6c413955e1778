//! The facts that the audit reads from the database of the tickets service: the tickets, the passes with their events, and the
//! copies of the orders.
//!
//! The audit is written from the contract. It shares the types of rows with this service, and none of its rules.

use serde_json::Value;
use ticketing_events::EventName;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{DoubleAdmission, OrderStatus, PassStatus, Timestamp};

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
    let sql = "SELECT id, user_id, resale_of, title, price, status, order_id, version, COALESCE(listed_title, title) AS listed_title, \
               COALESCE(listed_price, price) AS listed_price, details, \
               COALESCE(listed_details, details) AS listed_details, \
               CASE WHEN status = 'deleted' THEN 1 ELSE withdrawn END AS withdrawn FROM tickets";
    tx.query(sql, args![], |row| {
        Ok(TicketRow {
            id: row.text("id")?,
            user_id: row.text("user_id")?,
            resale_of: row.opt_text("resale_of")?,
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

/// A pass. Invariant 19 derives it from the complete order of a first listing, 20 its holder and serial from the orders
/// and the claims, 21 its admission from its events, and 22 its offer from its listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassRow {
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
    /// When the pass was admitted.
    pub admitted_at: Option<Timestamp>,
    /// The further admissions.
    pub double_admissions: Vec<DoubleAdmission>,
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
}

/// Reads the passes.
///
/// # Errors
/// If the statement fails.
pub fn read_passes(tx: &mut Tx<'_>) -> Result<Vec<PassRow>, DbError> {
    let sql = "SELECT id, ticket_id, issuer_id, holder_id, order_id, title, details, paid, serial, status, version, listing_id, \
               admitted_at, double_admissions FROM passes";
    tx.query(sql, args![], |row| {
        Ok(PassRow {
            id: row.text("id")?,
            ticket_id: row.text("ticket_id")?,
            issuer_id: row.text("issuer_id")?,
            holder_id: row.text("holder_id")?,
            order_id: row.opt_text("order_id")?,
            title: row.text("title")?,
            details: row.json("details")?,
            paid: row.int("paid")?,
            serial: row.int("serial")?,
            status: row.parse("status")?,
            version: row.int("version")?,
            listing_id: row.opt_text("listing_id")?,
            admitted_at: row.opt_int("admitted_at")?.map(Timestamp::from_millis),
            double_admissions: row.opt_json("double_admissions")?.unwrap_or_default(),
        })
    })
}

/// Reads the events of the passes.
///
/// # Errors
/// If the statement fails.
pub fn read_pass_events(tx: &mut Tx<'_>) -> Result<Vec<PassEventRow>, DbError> {
    let sql = "SELECT aggregate, version, name, body FROM outbox WHERE name LIKE 'pass:%'";
    tx.query(sql, args![], |row| {
        let (name, body) = (row.text("name")?, row.json::<Value>("body")?);
        let text = |key: &str| body[key].as_str().map(str::to_owned);
        let status = match name.as_str() {
            "pass:admitted" => PassStatus::Used,
            "pass:updated" => serde_json::from_value(body["status"].clone())
                .map_err(|error| DbError::Statement(error.to_string()))?,
            _ => PassStatus::Valid,
        };
        Ok(PassEventRow {
            pass_id: row.text("aggregate")?,
            version: row.int("version")?,
            status,
            serial: body["serial"].as_i64().unwrap_or_default(),
            holder_id: text("userId"),
            order_id: text("orderId"),
            name,
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
