//! How often an event has failed by its own fault: counted in the consumer's database, whatever the transport counts.

use ticketing_events::Envelope;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};

/// Counts a failure of the event itself; answers how many that are.
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

/// Notes that an event is about to be handled, before it is: should that end the process, the note remains. Answers how
/// often the handling was begun and not ended, this time included.
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

/// How often the handling of an event was begun and not ended.
pub(crate) fn unfinished(tx: &mut Tx<'_>, event_id: &str) -> Result<u32, DbError> {
    let sql = "SELECT unfinished FROM delivery_failures WHERE event_id = $1";
    let unfinished = tx.query_opt(sql, args![event_id], |row| row.int("unfinished"))?;
    Ok(to_count(unfinished.unwrap_or(0)))
}

/// Notes that the handling of an event has ended, without effect and without a failure of its own.
pub(crate) fn end(tx: &mut Tx<'_>, event_id: &str) -> Result<(), DbError> {
    tx.execute_deferred("UPDATE delivery_failures SET unfinished = 0 WHERE event_id = $1", args![event_id])
}

/// Forgets an event that has taken effect, or was set aside.
pub(crate) fn forget(tx: &mut Tx<'_>, event_id: &str) -> Result<(), DbError> {
    tx.execute_deferred("DELETE FROM delivery_failures WHERE event_id = $1", args![event_id])
}

fn to_count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// PostgreSQL keeps no U+0000, and the text of a panic may hold one.
fn without_nul(cause: &str) -> String {
    cause.replace('\0', "\u{fffd}")
}
