//! The facts that the audit reads from the database of the expiration service: the timers.
//!
//! The audit is written from the contract. It shares the types of rows with this service, and none of its rules.

use ticketing_events::EventName;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::{args, table_row};
use ticketing_sdk::{OrderStatus, Timestamp};

/// The events that the service consumes (invariant 6).
pub const CONSUMED: &[EventName] = &[
    EventName::OrderCreated,
    EventName::OrderConfirmed,
    EventName::OrderCompleted,
    EventName::OrderCancelled,
];

table_row! {
    /// The timer of an order. Invariant 9 compares it with the order.
    pub struct TimerRow: "timers" {
        /// The id of the order.
        pub order_id: String,
        /// The status of the order.
        pub status: OrderStatus,
        /// The version of the order.
        pub version: i64,
        /// The deadline of the order.
        pub expires_at: Timestamp,
    }
}

/// Reads the orders whose deadline is before `now` and whose timer has not fired: an overdue order is pending while its
/// timer is due (invariant 13).
///
/// # Errors
/// If the statement fails.
pub fn read_due_timers(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<String>, DbError> {
    let sql =
        "SELECT order_id FROM timers WHERE status = 'created' AND fired_at IS NULL AND expires_at <= $1";
    tx.query(sql, args![now], |row| row.text("order_id"))
}
