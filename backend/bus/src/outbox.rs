//! The outbox and the inbox: an event is written with the change it tells of, and heard with its effect.

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

use crate::rows;

/// How long a published event is kept, so that a lost stream can be rebuilt.
pub const OUTBOX_RETENTION: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long it is remembered that an event took effect. Longer than any event can be delivered again.
pub const INBOX_RETENTION: Duration = Duration::from_secs(14 * 24 * 3600);

/// Where a service puts what it has to say. Clones are the same.
#[derive(Clone, Debug)]
pub struct Outbox {
    clock: Clock,
    waiting: Signal,
    /// Set once the identifiers are known to rise above those of earlier runs.
    risen: Arc<OnceLock<()>>,
}

impl Outbox {
    /// An outbox whose events carry the time of `clock`.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock, waiting: Signal::default(), risen: Arc::default() }
    }

    /// Says `event`, in the transaction of the change it tells of. Answers the event's identifier. It belongs to the trace
    /// that the unit of work belongs to.
    ///
    /// # Errors
    /// When the row cannot be written.
    pub fn append<E: Event>(&self, tx: &mut Tx<'_>, event: &E) -> Result<String, DbError> {
        let dialect = tx.dialect();
        if !dialect.is_shared() {
            self.rise_above_earlier_runs(tx)?;
        }
        // The identifier is made here, on the writer: where there is one, identifiers rise in the order of the commits.
        let mut envelope = Envelope::encode(self.clock.new_id(), self.clock.now(), event)
            .map_err(|error| DbError::Statement(error.to_string()))?;
        envelope.trace = TraceContext::current_traceparent();
        tx.post(
            &format!(
                "INSERT INTO outbox (id, name, aggregate, version, time, trace, body, xact) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, {})",
                dialect.transaction()
            ),
            args![
                &envelope.id,
                envelope.name.as_str(),
                &envelope.aggregate,
                envelope.version,
                envelope.time,
                envelope.trace.as_deref(),
                &envelope.body,
            ],
        )?;
        tx.ring_on_commit(&self.waiting);
        kill_point("before-commit");
        Ok(envelope.id)
    }

    /// Events are published and watched in the order of their identifiers, also when the machine's time was set back.
    fn rise_above_earlier_runs(&self, tx: &mut Tx<'_>) -> Result<(), DbError> {
        if self.risen.get().is_none() {
            let last = tx.query_one("SELECT MAX(id) AS id FROM outbox", &[], |row| row.opt_text("id"))?;
            last.iter().for_each(|id| self.clock.rise_above(id));
            // Somebody else may have been quicker, with the same result.
            self.risen.get_or_init(|| ());
        }
        Ok(())
    }

    /// Says everything again that is still kept ([`OUTBOX_RETENTION`]), in its order and under the same identifiers:
    /// so a lost stream is rebuilt. The relay publishes it; whoever has heard it before is not moved. Answers how many
    /// events that are.
    ///
    /// # Errors
    /// When the rows cannot be written.
    pub fn republish(&self, tx: &mut Tx<'_>) -> Result<u64, DbError> {
        tx.ring_on_commit(&self.waiting);
        tx.execute("UPDATE outbox SET published_at = NULL WHERE published_at IS NOT NULL", &[])
    }

    /// Rings when something was committed that waits to be published.
    #[must_use]
    pub fn waiting(&self) -> &Signal {
        &self.waiting
    }
}

/// Where an event stands in the order of publishing: the transaction that wrote it, and its identifier.
#[derive(Clone, Debug)]
pub(crate) struct OutboxCursor {
    xact: i64,
    id: String,
}

/// Events that wait to be published, in their order.
#[derive(Debug, Default)]
pub(crate) struct UnpublishedBatch {
    pub(crate) events: Vec<Envelope>,
    /// Where the last of them stands, if nothing can come to stand before it any more: then one may read on behind it.
    pub(crate) settled: Option<OutboxCursor>,
}

/// The oldest events that were not published yet, or the oldest behind a place, in an order in which each comes after
/// those that its change has seen: an aggregate's versions rise.
pub(crate) fn unpublished(
    tx: &mut Tx<'_>,
    after: Option<&OutboxCursor>,
    limit: usize,
) -> Result<UnpublishedBatch, DbError> {
    if tx.dialect().is_shared() {
        // The index has them in this order. With old statistics it may seem cheaper to sort all that wait.
        tx.post("SET LOCAL enable_sort TO off", &[])?;
    }
    // Identifiers are made by each replica's own clock. The number of a transaction is greater than those of all that it
    // has seen the effects of; one with a smaller number may still commit, and whatever sees that comes after it.
    let sql = format!(
        "SELECT {}, xact, {} AS settled FROM outbox WHERE published_at IS NULL AND (xact, id) > ($1, $2) \
         ORDER BY xact, id LIMIT $3",
        rows::COLUMNS,
        tx.dialect().settled()
    );
    let (xact, id) = after.map_or((-1, ""), |place| (place.xact, place.id.as_str()));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let (mut last, mut settled) = (0, 0);
    let events = tx.query(&sql, args![xact, id, limit], |row| {
        (last, settled) = (row.int("xact")?, row.int("settled")?);
        rows::envelope(row)
    })?;
    let place = events.last().map(|event| OutboxCursor { xact: last, id: event.id.clone() });
    Ok(UnpublishedBatch { events, settled: place.filter(|place| place.xact < settled) })
}

/// Remembers that these events were published. One statement for the whole batch.
pub(crate) fn mark_published(tx: &mut Tx<'_>, batch: &[String], now: Timestamp) -> Result<(), DbError> {
    match tx.dialect() {
        // Identifiers rise in the order of the commits, so everything between the first and the last one of a batch was
        // in it. What is to be said again since then lies before.
        Dialect::Sqlite => tx.post(
            "UPDATE outbox SET published_at = $3 WHERE published_at IS NULL AND id >= $1 AND id <= $2",
            args![batch.first(), batch.last(), now],
        ),
        // Others may have been committed in between.
        Dialect::Postgres => tx.post(
            "UPDATE outbox SET published_at = $2 WHERE id = ANY (string_to_array($1, ','))",
            args![&batch.join(","), now],
        ),
    }
}

/// Where the tables were restored on another server, their numbers are of that one and may lie ahead of its own: then
/// what waits comes first, in the order of its identifiers.
pub(crate) fn reset_foreign_xids(tx: &mut Tx<'_>) -> Result<(), DbError> {
    tx.execute(
        &format!(
            "UPDATE outbox SET xact = 1 WHERE published_at IS NULL AND xact > 0 AND xact >= {}",
            tx.dialect().unseen()
        ),
        &[],
    )
    .map(drop)
}

/// Whether an event took effect before.
pub(crate) fn is_processed(tx: &mut Tx<'_>, event_id: &str) -> Result<bool, DbError> {
    let found = tx.query_opt("SELECT 1 AS found FROM inbox WHERE event_id = $1", args![event_id], |_| Ok(()));
    found.map(|found| found.is_some())
}

/// Remembers that an event takes effect in this transaction; `false` where it took effect before.
pub(crate) fn mark_processed(tx: &mut Tx<'_>, event_id: &str, now: Timestamp) -> Result<bool, DbError> {
    let sql = "INSERT INTO inbox (event_id, received_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, args![event_id, now])? > 0)
}

/// Forgets what was published and heard long ago. The identifiers tell how long: they carry the time.
pub(crate) fn prune(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), DbError> {
    let floor = |age: Duration| {
        let millis = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        id_floor(Timestamp::from_millis(now.as_millis().saturating_sub(millis)))
    };
    let published = "DELETE FROM outbox WHERE id < $1 AND published_at IS NOT NULL";
    tx.execute(published, args![&floor(OUTBOX_RETENTION)])?;
    tx.execute("DELETE FROM inbox WHERE event_id < $1", args![&floor(INBOX_RETENTION)])?;
    tx.execute("DELETE FROM delivery_failures WHERE event_id < $1", args![&floor(INBOX_RETENTION)])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use ticketing_engines::{Engine, Home};
    use ticketing_events::TicketCreated;
    use ticketing_platform::clock::Clock;
    use ticketing_platform::db::{Db, DbError, Tx};
    use ticketing_sdk::{Money, TicketId, UserId};

    use super::{Outbox, OutboxCursor, UnpublishedBatch, unpublished};
    use crate::Core;

    fn say(outbox: &Outbox, tx: &mut Tx<'_>, ticket: &str) -> Result<(), DbError> {
        let created = TicketCreated {
            id: TicketId::new(ticket),
            version: 0,
            title: "A concert".to_owned(),
            price: Money::from_cents(1950).unwrap(),
            user_id: UserId::new("seller"),
        };
        outbox.append(tx, &created).map(drop)
    }

    async fn look(db: &Db, after: Option<OutboxCursor>) -> (Vec<String>, Option<OutboxCursor>) {
        let found = db.read(move |tx| unpublished(tx, after.as_ref(), 10)).await;
        let UnpublishedBatch { events, settled } = found.map_err(|error: DbError| error).unwrap();
        (events.into_iter().map(|event| event.aggregate).collect(), settled)
    }

    #[tokio::test]
    async fn nobody_reads_on_behind_what_may_still_come() {
        let home = Home::on(Engine::Postgres);
        let Core { db, outbox, .. } = Core::open(home.database("s"), Clock::system(), &[]).unwrap();
        let ((said, has_said), (end, ended)) = (mpsc::channel(), mpsc::channel::<()>());
        let slow = tokio::spawn({
            let (db, outbox) = (db.clone(), outbox.clone());
            async move {
                let unit = db.write(move |tx| {
                    say(&outbox, tx, "first")?;
                    // What was posted goes out with it.
                    tx.query("SELECT 1", &[], |_| Ok(()))?;
                    said.send(()).unwrap();
                    ended.recv().unwrap();
                    Ok::<_, DbError>(())
                });
                unit.await.unwrap();
            }
        });
        tokio::task::spawn_blocking(move || has_said.recv()).await.unwrap().unwrap();
        db.write(move |tx| say(&outbox, tx, "second")).await.unwrap();
        let (found, place) = look(&db, None).await;
        assert!(found == ["second"] && place.is_none(), "the first may still come to stand before it");
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
