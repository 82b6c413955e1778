//! The outbox and the inbox: an event commits with its change, and its inbox row with its effect.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ticketing_events::{Envelope, Event};
use ticketing_platform::args;
use ticketing_platform::clock::{Clock, id_floor};
use ticketing_platform::db::{DbError, Dialect, Tx};
use ticketing_platform::kill_point;
use ticketing_platform::signal::Signal;
use ticketing_platform::telemetry::TraceContext;
use ticketing_sdk::Timestamp;

use crate::{Delivery, rows};

/// How long a published event is kept, so that a lost stream can be rebuilt.
pub const OUTBOX_RETENTION: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long the transports keep an event: one day longer than the outboxes.
pub(crate) const STREAM_RETENTION: Duration = Duration::from_secs(OUTBOX_RETENTION.as_secs() + 24 * 3600);
/// How long an inbox row is kept: longer than any event can be redelivered.
pub const INBOX_RETENTION: Duration = Duration::from_secs(14 * 24 * 3600);

/// The outbox of a service. Clones share it.
#[derive(Clone, Debug)]
pub struct Outbox {
    clock: Clock,
    waiting: Signal,
    /// Set when new identifiers are greater than those of earlier runs.
    risen: Arc<OnceLock<()>>,
}

impl Outbox {
    /// Creates an outbox whose events have the time of `clock`.
    pub fn new(clock: Clock) -> Self {
        Self { clock, waiting: Signal::default(), risen: Arc::default() }
    }

    /// Creates an identifier for a row of the unit of work that appends its event.
    pub fn new_id(&self) -> String {
        self.clock.new_id()
    }

    /// Appends `event` in the transaction of its change, and returns the event's identifier. The event belongs to the
    /// trace of the unit of work.
    ///
    /// # Errors
    /// If the row cannot be written.
    pub fn append<E: Event>(&self, tx: &mut Tx<'_>, event: &E) -> Result<String, DbError> {
        let dialect = tx.dialect();
        if !dialect.is_shared() {
            self.ensure_monotonic_earlier_runs(tx)?;
        }
        // Created on the writer thread: with one writer, identifiers rise in the order of the commits.
        let mut envelope = Envelope::encode(self.clock.new_id(), self.clock.now(), event)
            .map_err(|error| DbError::Statement(error.to_string()))?;
        envelope.trace = TraceContext::current_traceparent();
        let sql = format!(
            "INSERT INTO outbox ({}, xact) VALUES ($1, $2, $3, $4, $5, $6, $7, {})",
            rows::ENVELOPE_COLUMNS,
            dialect.current_xact_id()
        );
        tx.execute_deferred(&sql, &rows::envelope_values(&envelope))?;
        tx.notify_on_commit(&self.waiting);
        kill_point("before-commit");
        Ok(envelope.id)
    }

    /// Ensures that identifiers rise even after the system clock was set back: they define the order of publication.
    fn ensure_monotonic_earlier_runs(&self, tx: &mut Tx<'_>) -> Result<(), DbError> {
        if self.risen.get().is_none() {
            let last = tx.query_one("SELECT MAX(id) AS id FROM outbox", &[], |row| {
                row.column::<Option<String>>("id")
            })?;
            last.iter().for_each(|id| self.clock.ensure_monotonic(id));
            // Another thread may have set it, with the same result.
            self.risen.get_or_init(|| ());
        }
        Ok(())
    }

    /// Marks all retained events ([`OUTBOX_RETENTION`]) as unpublished, so that the relay republishes them in order
    /// under the same identifiers and rebuilds a lost stream. Consumers skip the events that they have processed.
    /// Returns the number of events.
    ///
    /// # Errors
    /// If the rows cannot be written.
    pub fn republish(&self, tx: &mut Tx<'_>) -> Result<u64, DbError> {
        tx.notify_on_commit(&self.waiting);
        tx.execute("UPDATE outbox SET published_at = NULL WHERE published_at IS NOT NULL", &[])
    }

    /// Returns the signal of a commit that has appended events.
    pub fn append_signal(&self) -> &Signal {
        &self.waiting
    }
}

/// A position in the order of publishing: the transaction that wrote an event, and its identifier.
#[derive(Clone, Debug)]
pub(crate) struct OutboxCursor {
    xact: i64,
    id: String,
}

/// A batch of unpublished events, in order.
#[derive(Debug, Default)]
pub(crate) struct UnpublishedBatch {
    pub(crate) events: Vec<Envelope>,
    /// The cursor of the last event, if no running transaction can still commit an event before it: then reading may continue after it.
    pub(crate) settled: Option<OutboxCursor>,
}

/// Reads the oldest unpublished events after a cursor. The order is causal: the versions of an aggregate
/// rise.
pub(crate) fn read_unpublished(
    tx: &mut Tx<'_>,
    after: Option<&OutboxCursor>,
    limit: usize,
) -> Result<UnpublishedBatch, DbError> {
    if tx.dialect().is_shared() {
        // The index has this order. With outdated statistics the planner may prefer to sort all unpublished rows.
        tx.execute_deferred("SET LOCAL enable_sort TO off", &[])?;
    }
    // Each replica creates identifiers by its own clock. The id of a transaction is greater than those of all transactions
    // whose effects it has seen. One with a smaller id may still commit, and those that see it come after it.
    let sql = format!(
        "SELECT {}, xact, {} AS settled FROM outbox WHERE published_at IS NULL AND (xact, id) > ($1, $2) \
         ORDER BY xact, id LIMIT $3",
        rows::ENVELOPE_COLUMNS,
        tx.dialect().snapshot_xmin()
    );
    let (xact, id) = after.map_or((-1, ""), |place| (place.xact, place.id.as_str()));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let (mut last, mut settled) = (0, 0);
    let events = tx.query(&sql, args![xact, id, limit], |row| {
        (last, settled) = (row.int("xact")?, row.int("settled")?);
        rows::read_envelope(row)
    })?;
    let place = events.last().map(|event| OutboxCursor { xact: last, id: event.id.clone() });
    Ok(UnpublishedBatch { events, settled: place.filter(|place| place.xact < settled) })
}

/// Marks these events as published, in one statement.
pub(crate) fn mark_published(tx: &mut Tx<'_>, batch: &[String], now: Timestamp) -> Result<(), DbError> {
    match tx.dialect() {
        // Identifiers rise in the order of the commits, so the batch contains all rows between its first and its last one.
        // Rows that were marked for republishing meanwhile have lower identifiers.
        Dialect::Sqlite => tx.execute_deferred(
            "UPDATE outbox SET published_at = $3 WHERE published_at IS NULL AND id >= $1 AND id <= $2",
            args![batch.first(), batch.last(), now],
        ),
        // Other rows may have been committed in between.
        Dialect::Postgres => tx.execute_deferred(
            "UPDATE outbox SET published_at = $2 WHERE id = ANY (string_to_array($1, ','))",
            args![&batch.join(","), now],
        ),
    }
}

/// Resets transaction ids of another server. Rows restored from a backup hold ids that may be ahead of this server's;
/// their unpublished events come first, in the order of their identifiers.
pub(crate) fn reset_foreign_xids(tx: &mut Tx<'_>) -> Result<(), DbError> {
    tx.execute(
        &format!(
            "UPDATE outbox SET xact = 1 WHERE published_at IS NULL AND xact > 0 AND xact >= {}",
            tx.dialect().snapshot_xmax()
        ),
        &[],
    )
    .map(drop)
}

/// Returns whether the inbox holds an event.
pub(crate) fn is_processed(tx: &mut Tx<'_>, event_id: &str) -> Result<bool, DbError> {
    let found = tx.query_opt("SELECT 1 AS found FROM inbox WHERE event_id = $1", args![event_id], |_| Ok(()));
    found.map(|found| found.is_some())
}

/// Inserts the inbox row of a delivered event. Returns `false` if it exists.
pub(crate) fn mark_processed(tx: &mut Tx<'_>, delivery: &Delivery, now: Timestamp) -> Result<bool, DbError> {
    let event = &delivery.envelope;
    let sql = "INSERT INTO inbox (event_id, received_at, name, order_id, version, event_time, deliveries) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let inserted = tx.execute(
        sql,
        args![
            &event.id,
            now,
            event.name.as_str(),
            event.order_id().as_deref(),
            event.version,
            event.time,
            i64::from(delivery.delivery_count),
        ],
    )?;
    Ok(inserted > 0)
}

/// Counts a duplicate delivery of an applied event.
pub(crate) fn count_duplicate(tx: &mut Tx<'_>, event_id: &str) -> Result<(), DbError> {
    tx.execute_deferred("UPDATE inbox SET duplicates = duplicates + 1 WHERE event_id = $1", args![event_id])
}

/// Deletes outbox and inbox rows past their retention. The identifiers carry the time.
pub(crate) fn prune(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), DbError> {
    let floor = |age: Duration| id_floor(now - age);
    let published = "DELETE FROM outbox WHERE id < $1 AND published_at IS NOT NULL";
    tx.execute(published, args![&floor(OUTBOX_RETENTION)])?;
    tx.execute("DELETE FROM inbox WHERE event_id < $1", args![&floor(INBOX_RETENTION)])?;
    tx.execute("DELETE FROM delivery_failures WHERE event_id < $1", args![&floor(INBOX_RETENTION)])?;
    Ok(())
}

/// Records that rows past their retention at `now` were deleted: the audit expects none of them.
pub(crate) fn record_pruned(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), DbError> {
    let sql = "INSERT INTO pruned (id, pruned_at) VALUES (1, $1) \
               ON CONFLICT (id) DO UPDATE SET pruned_at = excluded.pruned_at WHERE pruned.pruned_at < excluded.pruned_at";
    tx.execute(sql, args![now]).map(drop)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use ticketing_engines::{DbEngine, TestDatabases};
    use ticketing_events::TicketCreated;
    use ticketing_platform::clock::Clock;
    use ticketing_platform::db::{Db, DbError, Tx};
    use ticketing_sdk::fixtures;

    use super::{Outbox, OutboxCursor, UnpublishedBatch, read_unpublished};
    use crate::ServiceCore;

    fn append(outbox: &Outbox, tx: &mut Tx<'_>, ticket: &str) -> Result<(), DbError> {
        outbox.append(tx, &TicketCreated::from(&fixtures::ticket(ticket))).map(drop)
    }

    async fn look(db: &Db, after: Option<OutboxCursor>) -> (Vec<String>, Option<OutboxCursor>) {
        let found = db.read(move |tx| read_unpublished(tx, after.as_ref(), 10)).await;
        let UnpublishedBatch { events, settled } = found.map_err(|error: DbError| error).unwrap();
        (events.into_iter().map(|event| event.aggregate).collect(), settled)
    }

    #[tokio::test]
    async fn cursor_stops_at_events_of_running_transactions() {
        let databases = TestDatabases::on(DbEngine::Postgres);
        let ServiceCore { db, outbox, .. } =
            ServiceCore::open(databases.database("s"), Clock::system(), &[]).unwrap();
        let ((appended, has_appended), (end, ended)) = (mpsc::channel(), mpsc::channel::<()>());
        let slow = tokio::spawn({
            let (db, outbox) = (db.clone(), outbox.clone());
            async move {
                let unit = db.write(move |tx| {
                    append(&outbox, tx, "first")?;
                    // The deferred statement is sent with this one.
                    tx.query("SELECT 1", &[], |_| Ok(()))?;
                    appended.send(()).unwrap();
                    ended.recv().unwrap();
                    Ok::<_, DbError>(())
                });
                unit.await.unwrap();
            }
        });
        tokio::task::spawn_blocking(move || has_appended.recv()).await.unwrap().unwrap();
        db.write(move |tx| append(&outbox, tx, "second")).await.unwrap();
        let (found, place) = look(&db, None).await;
        assert!(found == ["second"] && place.is_none(), "the first may still commit before it");
        end.send(()).unwrap();
        slow.await.unwrap();
        let settled = tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                let (found, place) = look(&db, None).await;
                assert_eq!(found, ["first", "second"]);
                // Others use this server too, and may be in the middle of something.
                if place.is_some() {
                    return place;
                }
            }
        });
        let place = settled.await.expect("in the end nothing can come before it");
        assert!(look(&db, place).await.0.is_empty());
    }
}
