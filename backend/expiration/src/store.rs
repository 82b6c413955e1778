//! The units of work of expiration, in SQL.

use std::time::Duration;

use ticketing_bus::{Effect, Outbox, next_step};
use ticketing_events::ExpirationComplete;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::telemetry::TraceContext;
use ticketing_sdk::{OrderId, OrderStatus, Timestamp};

/// How long an order that has ended is remembered, so that a late event of it is known to be late.
pub const RETENTION: Duration = Duration::from_secs(14 * 24 * 3600);

/// `order:created`: there is one more deadline to watch.
///
/// # Errors
/// When the database fails.
pub fn arm(tx: &mut Tx<'_>, order: &OrderId, expires_at: Timestamp, version: i64) -> Result<Effect, DbError> {
    let step = next_step(version_of(tx, order)?, version);
    if step == Effect::Done {
        tx.post(
            "INSERT INTO timers (order_id, status, expires_at, version, trace) VALUES ($1, 'created', $2, $3, $4)",
            args![order, expires_at, version, TraceContext::current_traceparent().as_deref()],
        )?;
    }
    Ok(step)
}

/// The order has moved on: its deadline counts no more.
///
/// # Errors
/// When the database fails.
pub fn drop_timer(
    tx: &mut Tx<'_>,
    order: &OrderId,
    status: OrderStatus,
    version: i64,
) -> Result<Effect, DbError> {
    let step = next_step(version_of(tx, order)?, version);
    if step == Effect::Done {
        tx.post(
            "UPDATE timers SET status = $2, version = $3 WHERE order_id = $1",
            args![order, status.as_str(), version],
        )?;
    }
    Ok(step)
}

/// The nearest deadline that nothing was said of yet.
///
/// # Errors
/// When the database fails.
pub fn next_deadline(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, DbError> {
    let next = tx.query_one(
        "SELECT MIN(expires_at) AS expires_at FROM timers WHERE status = 'created' AND fired_at IS NULL",
        &[],
        |row| row.opt_int("expires_at"),
    )?;
    Ok(next.map(Timestamp::from_millis))
}

/// Says of the oldest deadlines that they have passed, `limit` of them at most; answers how many. Each belongs to the
/// trace of its order.
///
/// # Errors
/// When the database fails.
pub fn fire(tx: &mut Tx<'_>, outbox: &Outbox, now: Timestamp, limit: i64) -> Result<u64, DbError> {
    let due = tx.query(
        &format!(
            "UPDATE timers SET fired_at = $1 WHERE order_id IN ( \
                 SELECT order_id FROM timers WHERE status = 'created' AND fired_at IS NULL AND expires_at <= $1 \
                 ORDER BY expires_at LIMIT $2 {}) RETURNING order_id, trace",
            tx.dialect().claim()
        ),
        args![now, limit],
        |row| Ok((row.parse::<OrderId>("order_id")?, row.opt_text("trace")?)),
    )?;
    let fired = due.len() as u64;
    for (order_id, trace) in due {
        let context = TraceContext::remote(trace.as_deref());
        let _within = context.enter();
        outbox.append(tx, &ExpirationComplete { order_id })?;
    }
    Ok(fired)
}

/// Forgets orders that ended long ago.
///
/// # Errors
/// When the database fails.
pub fn prune(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), DbError> {
    let before = now.as_millis() - i64::try_from(RETENTION.as_millis()).unwrap_or(i64::MAX);
    tx.execute(
        "DELETE FROM timers WHERE status IN ('complete', 'cancelled') AND expires_at < $1",
        args![before],
    )?;
    Ok(())
}

fn version_of(tx: &mut Tx<'_>, order: &OrderId) -> Result<Option<i64>, DbError> {
    tx.query_opt("SELECT version FROM timers WHERE order_id = $1", args![order], |row| row.int("version"))
}
