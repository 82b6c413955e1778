//! The units of work on the `timers` table.

use std::time::Duration;

use ticketing_bus::{ApplyOutcome, Copies, Outbox};
use ticketing_events::ExpirationComplete;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::telemetry::TraceContext;
use ticketing_sdk::{OrderId, OrderStatus, Timestamp};

/// How long the timer of an ended order is kept after its deadline. Until then a redelivered event is recognised as a
/// duplicate.
pub const RETENTION: Duration = Duration::from_secs(14 * 24 * 3600);

const TIMERS: Copies = Copies { table: "timers", id: "order_id" };

/// Inserts the timer of a new order.
///
/// # Errors
/// If the database fails.
pub fn schedule(
    tx: &mut Tx<'_>,
    order: &OrderId,
    expires_at: Timestamp,
    version: i64,
) -> Result<ApplyOutcome, DbError> {
    TIMERS.apply(tx, order, version, |tx| {
        tx.execute_deferred(
            "INSERT INTO timers (order_id, status, expires_at, version, trace) VALUES ($1, 'created', $2, $3, $4)",
            args![order, expires_at, version, TraceContext::current_traceparent().as_deref()],
        )
    })
}

/// Records the new status of an order. A timer fires only while the status is `created`.
///
/// # Errors
/// If the database fails.
pub fn cancel_timer(
    tx: &mut Tx<'_>,
    order: &OrderId,
    status: OrderStatus,
    version: i64,
) -> Result<ApplyOutcome, DbError> {
    TIMERS.set_status(tx, order, status.as_str(), version)
}

/// Returns the earliest deadline of the timers that are still to fire.
///
/// # Errors
/// If the database fails.
pub fn next_deadline(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, DbError> {
    let sql =
        "SELECT MIN(expires_at) AS expires_at FROM timers WHERE status = 'created' AND fired_at IS NULL";
    tx.query_one(sql, &[], |row| row.column("expires_at"))
}

/// Fires the timers that are due at `now`, the earliest first and at most `limit` of them: marks each as fired and
/// appends `expiration:complete` to the outbox, in the trace of the order. Returns the number of fired timers.
///
/// # Errors
/// If the database fails.
pub fn fire(tx: &mut Tx<'_>, outbox: &Outbox, now: Timestamp, limit: i64) -> Result<u64, DbError> {
    let due = tx.query(
        &format!(
            "UPDATE timers SET fired_at = $1 WHERE order_id IN ( \
                 SELECT order_id FROM timers WHERE status = 'created' AND fired_at IS NULL AND expires_at <= $1 \
                 ORDER BY expires_at LIMIT $2 {}) RETURNING order_id, trace",
            tx.dialect().claim()
        ),
        args![now, limit],
        |row| Ok((row.column::<OrderId>("order_id")?, row.column::<Option<String>>("trace")?)),
    )?;
    let fired = due.len() as u64;
    for (order_id, trace) in due {
        let context = TraceContext::remote(trace.as_deref());
        let _entered = context.enter();
        outbox.append(tx, &ExpirationComplete { order_id })?;
    }
    Ok(fired)
}

/// Deletes the timers of ended orders whose deadline passed more than [`RETENTION`] ago.
///
/// # Errors
/// If the database fails.
pub fn prune(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM timers WHERE status IN ('complete', 'cancelled') AND expires_at < $1",
        args![now - RETENTION],
    )?;
    Ok(())
}
