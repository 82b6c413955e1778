//! Counts the failures of events in the database of the consumer. The transport counts deliveries instead.

use ticketing_events::Envelope;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};

/// Counts a failure of an event. Returns the number of failures.
pub(crate) fn count_failure(tx: &mut Tx<'_>, event: &Envelope, cause: &str) -> Result<u32, DbError> {
    let failures = tx.query_one(
        "INSERT INTO delivery_failures (event_id, failures, unfinished, cause, name, order_id) \
         VALUES ($1, 1, 0, $2, $3, $4) \
         ON CONFLICT (event_id) DO UPDATE SET failures = delivery_failures.failures + 1, unfinished = 0, \
         cause = excluded.cause RETURNING failures",
        args![&event.id, &without_nul(cause), event.name.as_str(), event.order_id().as_deref()],
        |row| row.int("failures"),
    )?;
    Ok(to_count(failures))
}

/// Records the start of an attempt, which remains if the process crashes. Returns the number of unfinished attempts,
/// including this one.
pub(crate) fn begin(tx: &mut Tx<'_>, event: &Envelope) -> Result<u32, DbError> {
    let unfinished = tx.query_one(
        "INSERT INTO delivery_failures (event_id, failures, unfinished, cause, name, order_id) \
         VALUES ($1, 0, 1, '', $2, $3) \
         ON CONFLICT (event_id) DO UPDATE SET unfinished = delivery_failures.unfinished + 1 RETURNING unfinished",
        args![&event.id, event.name.as_str(), event.order_id().as_deref()],
        |row| row.int("unfinished"),
    )?;
    Ok(to_count(unfinished))
}

/// Returns the number of unfinished attempts of an event.
pub(crate) fn count_unfinished(tx: &mut Tx<'_>, event_id: &str) -> Result<u32, DbError> {
    let sql = "SELECT unfinished FROM delivery_failures WHERE event_id = $1";
    let unfinished = tx.query_opt(sql, args![event_id], |row| row.int("unfinished"))?;
    Ok(to_count(unfinished.unwrap_or(0)))
}

/// Records the end of an attempt without effect and without a failure of the event.
pub(crate) fn end(tx: &mut Tx<'_>, event_id: &str) -> Result<(), DbError> {
    tx.execute_deferred("UPDATE delivery_failures SET unfinished = 0 WHERE event_id = $1", args![event_id])
}

/// Deletes the record of an event that was applied or dead-lettered.
pub(crate) fn forget(tx: &mut Tx<'_>, event_id: &str) -> Result<(), DbError> {
    tx.execute_deferred("DELETE FROM delivery_failures WHERE event_id = $1", args![event_id])
}

fn to_count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Replaces U+0000, which PostgreSQL cannot store and the text of a panic may contain.
fn without_nul(cause: &str) -> String {
    cause.replace('\0', "\u{fffd}")
}
