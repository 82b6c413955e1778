//! The facts that the audit reads from the database of the payments service: the payments, and the copies of the orders. The
//! money itself is in the ledger of the card provider (`LedgerSource`).
//!
//! The audit is written from the contract. It shares the types of rows with this service, and none of its rules.

use ticketing_events::EventName;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{OrderStatus, Timestamp};

use crate::SimulatedProvider;

/// The events that the service consumes (invariant 6).
pub const CONSUMED: &[EventName] = &[
    EventName::OrderCreated,
    EventName::OrderConfirmed,
    EventName::OrderCompleted,
    EventName::OrderCancelled,
    EventName::SessionEnded,
];

/// A payment. Invariant 10 compares it with the ledger; 11 requires that it is settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRow {
    /// The id of the payment.
    pub id: String,
    /// The paid order.
    pub order_id: String,
    /// The amount, in cents.
    pub amount: i64,
    /// The status of the payment.
    pub status: String,
    /// The step that is due at the card provider.
    pub next_step: Option<String>,
    /// Whether the payment waits for the owner of the card to confirm it (3-D Secure).
    pub needs_owner: bool,
}

/// The copy of an order. Invariant 9 compares it with the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderCopyRow {
    /// The id of the order.
    pub id: String,
    /// The buyer.
    pub user_id: String,
    /// The ordered ticket.
    pub ticket_id: String,
    /// The ordered price in cents, where it is stored.
    pub price: Option<i64>,
    /// The status of the order.
    pub status: OrderStatus,
    /// The deadline of the reservation.
    pub expires_at: Timestamp,
    /// The version of the order.
    pub version: i64,
}

/// Reads the payments.
///
/// # Errors
/// If the statement fails.
pub fn read_payments(tx: &mut Tx<'_>) -> Result<Vec<PaymentRow>, DbError> {
    let sql = "SELECT id, order_id, amount, status, next_step, \
               CAST(CASE WHEN client_secret IS NULL THEN 0 ELSE 1 END AS BIGINT) AS needs_owner FROM payments";
    tx.query(sql, args![], |row| {
        Ok(PaymentRow {
            id: row.text("id")?,
            order_id: row.text("order_id")?,
            amount: row.int("amount")?,
            status: row.text("status")?,
            next_step: row.opt_text("next_step")?,
            needs_owner: row.flag("needs_owner")?,
        })
    })
}

/// Reads the copies of the orders.
///
/// # Errors
/// If the statement fails.
pub fn read_order_copies(tx: &mut Tx<'_>) -> Result<Vec<OrderCopyRow>, DbError> {
    let sql = "SELECT id, user_id, ticket_id, price, status, expires_at, version FROM orders";
    tx.query(sql, args![], |row| {
        Ok(OrderCopyRow {
            id: row.text("id")?,
            user_id: row.text("user_id")?,
            ticket_id: row.text("ticket_id")?,
            price: row.opt_int("price")?,
            status: row.parse("status")?,
            expires_at: row.time("expires_at")?,
            version: row.int("version")?,
        })
    })
}

/// Returns the number of steps that are due at the card provider.
///
/// # Errors
/// If the statement fails.
pub fn count_due_steps(tx: &mut Tx<'_>) -> Result<i64, DbError> {
    tx.query_one("SELECT COUNT(*) AS n FROM payments WHERE next_step IS NOT NULL", args![], |row| {
        row.int("n")
    })
}

/// Returns whether another card provider than the simulated one has a charge: then its ledger is elsewhere.
///
/// # Errors
/// If the statement fails.
pub fn has_real_charges(tx: &mut Tx<'_>) -> Result<bool, DbError> {
    let sql = "SELECT COUNT(*) AS n FROM payments WHERE substr(stripe_id, 1, length($1)) <> $1";
    Ok(tx.query_one(sql, args![SimulatedProvider::MARK], |row| row.int("n"))? > 0)
}
