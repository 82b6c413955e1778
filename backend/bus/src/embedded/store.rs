//! The units of work of the embedded event log, in SQL.

use std::collections::HashSet;
use std::sync::Arc;

use ticketing_events::{Envelope, EventName};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::signal::Signal;
use ticketing_sdk::Timestamp;

use crate::{AckDecision, Delivery, rows};

/// Appends new events to the log. Returns their sequences, or `None` for a duplicate.
pub(super) fn append(
    tx: &mut Tx<'_>,
    batch: &[Arc<Envelope>],
    now: Timestamp,
    published: &Signal,
) -> Result<Vec<Option<i64>>, DbError> {
    tx.notify_on_commit(published);
    let sql = format!(
        "INSERT INTO messages ({}, published_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT DO NOTHING RETURNING seq",
        rows::ENVELOPE_COLUMNS
    );
    let insert = |envelope: &Arc<Envelope>| {
        let mut values = rows::envelope_values(envelope);
        values.push(now.into());
        tx.query_opt(&sql, &values, |row| row.int("seq"))
    };
    batch.iter().map(insert).collect()
}

/// Opens a consumer. Returns its position in the log, and the names of all events that it was ever opened with. Earlier
/// messages with a name that is new to it are delivered, too.
pub(super) fn open_consumer(
    tx: &mut Tx<'_>,
    durable: &str,
    names: &[EventName],
    now: Timestamp,
) -> Result<(i64, HashSet<String>), DbError> {
    tx.execute(
        "INSERT INTO consumers (durable, position) VALUES ($1, 0) ON CONFLICT DO NOTHING",
        args![durable],
    )?;
    let position =
        tx.query_one("SELECT position FROM consumers WHERE durable = $1", args![durable], |row| {
            row.int("position")
        })?;
    let known = tx.query("SELECT name FROM consumer_events WHERE durable = $1", args![durable], |row| {
        row.text("name")
    })?;
    // A new consumer receives every event by its position.
    let (is_new, known) = (known.is_empty(), HashSet::<String>::from_iter(known));
    for name in names.iter().map(|name| name.as_str()).filter(|name| !known.contains(*name)) {
        tx.execute("INSERT INTO consumer_events (durable, name) VALUES ($1, $2)", args![durable, name])?;
        if !is_new {
            tx.execute(
                "INSERT INTO redeliveries (durable, seq, delivery_count, due_at, cause) \
                 SELECT $1, seq, 1, $4, 'new to this consumer' FROM messages WHERE name = $2 AND seq <= $3 \
                 ON CONFLICT DO NOTHING",
                args![durable, name, position, now],
            )?;
        }
    }
    let all = names.iter().map(|name| name.as_str().to_owned()).chain(known).collect();
    Ok((position, all))
}

/// Deletes old messages that no consumer needs. Keeps the newest one, so that no sequence is reused.
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

/// Schedules a redelivery.
pub(super) fn schedule_redelivery(
    tx: &mut Tx<'_>,
    durable: &str,
    seq: i64,
    delivery_count: u32,
    due_at: Timestamp,
    cause: &str,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO redeliveries (durable, seq, delivery_count, due_at, cause) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (durable, seq) DO UPDATE SET delivery_count = excluded.delivery_count, due_at = excluded.due_at, \
         cause = excluded.cause",
        args![durable, seq, delivery_count, due_at, cause],
    )?;
    Ok(())
}

pub(super) fn advance_position(tx: &mut Tx<'_>, durable: &str, position: i64) -> Result<(), DbError> {
    tx.execute(
        "UPDATE consumers SET position = $2 WHERE durable = $1 AND position < $2",
        args![durable, position],
    )?;
    Ok(())
}

pub(super) fn acknowledge_one(
    tx: &mut Tx<'_>,
    durable: &str,
    delivery: &Delivery,
    decision: &AckDecision,
    now: Timestamp,
) -> Result<(), DbError> {
    let (seq, delivery_count) = (delivery.seq, delivery.delivery_count);
    match decision {
        AckDecision::Nak { after, cause } => {
            schedule_redelivery(tx, durable, seq, delivery_count, now + *after, cause)
        }
        AckDecision::Postpone { after } => schedule_redelivery(
            tx,
            durable,
            seq,
            delivery_count.saturating_sub(1).max(1),
            now + *after,
            "not yet",
        ),
        AckDecision::Ack | AckDecision::DeadLetter { .. } => {
            if let AckDecision::DeadLetter { cause, attempts } = decision {
                tx.execute(
                    "INSERT INTO dead_letters (durable, seq, attempts, cause, died_at) \
                     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                    args![durable, seq, *attempts, cause, now],
                )?;
            }
            if delivery_count > 1 {
                tx.execute("DELETE FROM redeliveries WHERE durable = $1 AND seq = $2", args![durable, seq])?;
            }
            Ok(())
        }
    }
}
