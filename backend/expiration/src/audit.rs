//! The facts that the audit reads from the database of the expiration service: the timers.
//!
//! The audit is written from the contract. It shares the types of rows with this service, and none of its rules.

use ticketing_bus::audit::OrderCopy;
use ticketing_events::EventName;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::Timestamp;

/// The events that the service consumes (invariant 6).
pub const CONSUMED: &[EventName] = &[
    EventName::OrderCreated,
    EventName::OrderConfirmed,
    EventName::OrderCompleted,
    EventName::OrderCancelled,
];

/// Reads the copies of the orders.
///
/// # Errors
/// If the statement fails.
pub fn read_order_copies(tx: &mut Tx<'_>) -> Result<Vec<OrderCopy>, DbError> {
    let sql = "SELECT order_id AS id, status, version, CAST(NULL AS TEXT) AS user_id, CAST(NULL AS TEXT) AS ticket_id, \
               CAST(NULL AS BIGINT) AS price, expires_at FROM timers";
    OrderCopy::read_all(tx, "expiration", sql)
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
