//! The units of work of the log, in SQL.

use std::sync::Arc;

use ticketing_events::Envelope;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::signal::Signal;
use ticketing_sdk::Timestamp;

use crate::{Delivery, Verdict};

/// Appends what is not in the log yet. Answers the new places; an event that was there before has none.
pub(super) fn append(
    tx: &mut Tx<'_>,
    batch: &[Arc<Envelope>],
    now: Timestamp,
    published: &Signal,
) -> Result<Vec<Option<i64>>, DbError> {
    tx.ring_on_commit(published);
    batch
        .iter()
        .map(|envelope| {
            tx.query_opt(
                "INSERT INTO messages (id, name, aggregate, version, time, trace, body, published_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING seq",
                args![
                    &envelope.id,
                    envelope.name.as_str(),
                    &envelope.aggregate,
                    envelope.version,
                    envelope.time,
                    envelope.trace.as_deref(),
                    &envelope.body,
                    now,
                ],
                |row| row.int("seq"),
            )
        })
        .collect()
}

/// Forgets messages that are old and that no consumer needs any more. The newest one stays, so that no number is
/// given twice.
pub(super) fn prune(tx: &mut Tx<'_>, before: i64) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM messages WHERE published_at < $1 \
           AND seq <= (SELECT COALESCE(MIN(position), 0) FROM consumers) \
           AND seq < (SELECT MAX(seq) FROM messages) \
           AND seq NOT IN (SELECT seq FROM redeliveries) AND seq NOT IN (SELECT seq FROM dead_letters)",
        args![before],
    )?;
    Ok(())
}

pub(super) fn deliver_again(
    tx: &mut Tx<'_>,
    durable: &str,
    seq: i64,
    attempts: u32,
    due_at: Timestamp,
    cause: &str,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO redeliveries (durable, seq, attempts, due_at, cause) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (durable, seq) DO UPDATE SET attempts = excluded.attempts, due_at = excluded.due_at, \
         cause = excluded.cause",
        args![durable, seq, attempts, due_at, cause],
    )?;
    Ok(())
}

pub(super) fn move_to(tx: &mut Tx<'_>, durable: &str, position: i64) -> Result<(), DbError> {
    tx.execute(
        "UPDATE consumers SET position = $2 WHERE durable = $1 AND position < $2",
        args![durable, position],
    )?;
    Ok(())
}

pub(super) fn settle_one(
    tx: &mut Tx<'_>,
    durable: &str,
    delivery: &Delivery,
    verdict: &Verdict,
    now: Timestamp,
) -> Result<(), DbError> {
    let (seq, attempt) = (delivery.seq, delivery.attempt);
    match verdict {
        Verdict::Retry { after, cause } => deliver_again(tx, durable, seq, attempt, now + *after, cause),
        Verdict::Postponed { after } => {
            deliver_again(tx, durable, seq, attempt.saturating_sub(1).max(1), now + *after, "not yet")
        }
        Verdict::Accepted | Verdict::Dead { .. } => {
            if let Verdict::Dead { cause } = verdict {
                tx.execute(
                    "INSERT INTO dead_letters (durable, seq, attempts, cause, died_at) \
                     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                    args![durable, seq, attempt, cause, now],
                )?;
            }
            if attempt > 1 {
                tx.execute("DELETE FROM redeliveries WHERE durable = $1 AND seq = $2", args![durable, seq])?;
            }
            Ok(())
        }
    }
}
