//! The facts that the audit reads from the database of the payments service: the payments, and the copies of the orders. The
//! money itself is in the ledger of the card provider (`Provider::ledger`).
//!
//! The audit is written from the contract. It shares the types of rows with this service, and none of its rules.

use ticketing_bus::audit::OrderCopy;
use ticketing_events::EventName;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::{args, table_row};

use crate::SimulatedProvider;

/// The events that the service consumes (invariant 6).
pub const CONSUMED: &[EventName] = &[
    EventName::OrderCreated,
    EventName::OrderConfirmed,
    EventName::OrderCompleted,
    EventName::OrderCancelled,
    EventName::SessionEnded,
];

table_row! {
    /// A payment. Invariant 10 compares it with the ledger; 11 requires that it is settled.
    pub struct PaymentRow: "payments" {
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
        pub needs_owner: bool = "CAST(CASE WHEN client_secret IS NULL THEN 0 ELSE 1 END AS BIGINT)",
    }
}

/// Reads the copies of the orders.
///
/// # Errors
/// If the statement fails.
pub fn read_order_copies(tx: &mut Tx<'_>) -> Result<Vec<OrderCopy>, DbError> {
    let sql = "SELECT id, status, version, user_id, ticket_id, price, expires_at FROM orders";
    OrderCopy::read_all(tx, "payments", sql)
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
