//! The embedded transport: a durable log in SQLite with durable consumers.
//!
//! The table is the truth. The newest messages are also kept in memory, since every consumer reads them at once.

mod store;
mod subscription;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use ticketing_events::Envelope;
use ticketing_platform::args;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Db, DbError, DbOptions, Migrations, OpenError, Tx};
use ticketing_platform::signal::Signal;
use ticketing_sdk::Timestamp;

use crate::outbox::STREAM_RETENTION;
use crate::{BusError, DeadLetter, probe, rows};
pub(crate) use subscription::Subscription;

const MIGRATIONS: Migrations =
    Migrations { part: "log", scripts: &[("V1__log", include_str!("../migrations/V1__log.sql"))] };
/// The number of messages in memory.
const CACHE_SIZE: usize = 8192;
/// The number of messages in one read of the table.
const PAGE_SIZE: i64 = 512;
/// The number of batches between two prunings.
const PRUNE_EVERY: u64 = 4096;

/// The options of the embedded transport.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// How long a message is retained after its publication and after every consumer has passed it.
    pub retention: Duration,
    /// The clock of retries: not the clock of the marketplace, which tests can move.
    pub clock: Clock,
}

impl Default for EmbeddedOptions {
    fn default() -> Self {
        Self { retention: STREAM_RETENTION, clock: Clock::system() }
    }
}

#[derive(Debug)]
pub(crate) struct Log {
    db: Db,
    options: EmbeddedOptions,
    published: Signal,
    cache: Mutex<BTreeMap<i64, Arc<Envelope>>>,
    batches: AtomicU64,
}

impl Log {
    pub(crate) fn open(path: &Path, options: EmbeddedOptions) -> Result<Self, OpenError> {
        let db = Db::open(path, DbOptions { readers: 1, ..DbOptions::default() }, &[MIGRATIONS])?;
        Ok(Self { options, ..Self::read_only(db) })
    }

    /// Opens the log in a read-only database.
    pub(crate) fn read_only(db: Db) -> Self {
        let (published, cache, batches) = (Signal::default(), Mutex::default(), AtomicU64::default());
        Self { db, options: EmbeddedOptions::default(), published, cache, batches }
    }

    pub(crate) async fn publish(&self, batch: Vec<Envelope>) -> Result<(), BusError> {
        let batch: Arc<[Arc<Envelope>]> = batch.into_iter().map(Arc::new).collect();
        let now = self.options.clock.now();
        let (events, published) = (batch.clone(), self.published.clone());
        let places = self.db.write(move |tx| store::append(tx, &events, now, &published)).await?;
        self.remember(places.into_iter().zip(batch.iter().cloned()));
        self.prune_periodically();
        Ok(())
    }

    fn remember(&self, placed: impl Iterator<Item = (Option<i64>, Arc<Envelope>)>) {
        let mut cache = self.cache.lock();
        // An event that was in the log before has no new sequence.
        cache.extend(placed.filter_map(|(seq, envelope)| Some((seq?, envelope))));
        while cache.len() > CACHE_SIZE {
            cache.pop_first();
        }
        drop(cache);
        // The commit has notified before the messages were in memory.
        self.published.notify();
    }

    /// Returns the messages in memory that follow `position` without a gap.
    fn read_cached(&self, position: i64) -> Vec<(i64, Arc<Envelope>)> {
        let cache = self.cache.lock();
        let newer = cache.range(position + 1..).take(usize::try_from(PAGE_SIZE).unwrap_or(usize::MAX));
        let unbroken = newer.zip(position + 1..).take_while(|((seq, _), expected)| *seq == expected);
        unbroken.map(|((seq, envelope), _)| (*seq, envelope.clone())).collect()
    }

    async fn read_after(&self, position: i64) -> Result<Vec<(i64, Arc<Envelope>)>, DbError> {
        let remembered = self.read_cached(position);
        if !remembered.is_empty() {
            return Ok(remembered);
        }
        self.db
            .read(move |tx| {
                tx.query(
                    &format!(
                        "SELECT seq, {} FROM messages WHERE seq > $1 ORDER BY seq LIMIT $2",
                        rows::ENVELOPE_COLUMNS
                    ),
                    args![position, PAGE_SIZE],
                    |row| Ok((row.int("seq")?, Arc::new(rows::read_envelope(row)?))),
                )
            })
            .await
    }

    async fn next_due(&self, durable: &'static str) -> Result<Option<Timestamp>, DbError> {
        self.db
            .read(move |tx| {
                let sql = "SELECT MIN(due_at) AS due_at FROM redeliveries WHERE durable = $1";
                tx.query_one(sql, args![durable], |row| row.column("due_at"))
            })
            .await
    }

    pub(crate) async fn dead_letters(&self) -> Result<Vec<DeadLetter>, BusError> {
        let letters = self.db.read(|tx| {
            tx.query(
                &format!(
                    "SELECT durable, d.seq AS seq, attempts, cause, died_at, {} \
                     FROM dead_letters d JOIN messages m ON m.seq = d.seq ORDER BY died_at, d.seq",
                    rows::ENVELOPE_COLUMNS
                ),
                &[],
                |row| {
                    Ok(DeadLetter {
                        durable: row.text("durable")?,
                        seq: row.int("seq")?,
                        attempts: u32::try_from(row.int("attempts")?).unwrap_or(u32::MAX),
                        cause: row.text("cause")?,
                        dead_lettered_at: row.column("died_at")?,
                        envelope: rows::read_envelope(row)?,
                    })
                },
            )
        });
        Ok(letters.await?)
    }

    pub(crate) async fn replay(&self, durable: &str, seq: i64) -> Result<(), BusError> {
        let (now, published) = (self.options.clock.now(), self.published.clone());
        self.remove_dead_letter(durable, seq, move |tx, durable| {
            // Not a first attempt, which would leave its row when it is settled.
            store::schedule_redelivery(tx, durable, seq, 1, now, "replayed")?;
            tx.notify_on_commit(&published);
            Ok(())
        })
        .await
    }

    pub(crate) async fn discard(&self, durable: &str, seq: i64) -> Result<(), BusError> {
        self.remove_dead_letter(durable, seq, |_, _| Ok(())).await
    }

    /// Deletes a dead letter, and runs `then` in the same transaction.
    async fn remove_dead_letter(
        &self,
        durable: &str,
        seq: i64,
        then: impl Fn(&mut Tx<'_>, &str) -> Result<(), DbError> + Send + 'static,
    ) -> Result<(), BusError> {
        let durable = durable.to_owned();
        let removed = self.db.write(move |tx| {
            let sql = "DELETE FROM dead_letters WHERE durable = $1 AND seq = $2";
            match tx.execute(sql, args![&durable, seq])? {
                0 => Err(BusError::NoSuchDeadLetter { durable: durable.clone(), seq }),
                _ => Ok(then(tx, &durable)?),
            }
        });
        removed.await
    }

    pub(crate) async fn backlog(&self) -> Result<u64, BusError> {
        let waiting = self.db.read(|tx| {
            tx.query_one(
                "SELECT (SELECT COALESCE(MAX(seq), 0) FROM messages) \
                      - (SELECT COALESCE(MIN(position), 0) FROM consumers) \
                      + (SELECT COUNT(*) FROM redeliveries) AS waiting",
                &[],
                |row| row.int("waiting"),
            )
        });
        Ok(u64::try_from(waiting.await?).unwrap_or(0))
    }

    pub(crate) async fn recent(&self, limit: u32) -> Result<Vec<Envelope>, BusError> {
        let newest = self.db.read(move |tx| {
            tx.query(
                &format!("SELECT {} FROM messages ORDER BY seq DESC LIMIT $1", rows::ENVELOPE_COLUMNS),
                args![limit],
                rows::read_envelope,
            )
        });
        let mut newest = newest.await?;
        newest.reverse();
        Ok(newest)
    }

    pub(crate) async fn sequences(&self) -> Result<HashMap<String, i64>, BusError> {
        let places = self.db.read(|tx| {
            tx.query("SELECT id, seq FROM messages", &[], |row| Ok((row.text("id")?, row.int("seq")?)))
        });
        Ok(places.await?.into_iter().collect())
    }

    pub(crate) async fn check_writable(&self) -> Result<(), DbError> {
        probe::check(&self.db, self.options.clock.now()).await
    }

    pub(crate) fn commits(&self) -> u64 {
        self.db.stats().commits
    }

    fn prune_periodically(&self) {
        if !(self.batches.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(PRUNE_EVERY) {
            return;
        }
        let before = self.options.clock.now().as_millis()
            - i64::try_from(self.options.retention.as_millis()).unwrap_or(i64::MAX);
        let db = self.db.clone();
        tokio::spawn(async move {
            if let Err(error) = db.write(move |tx| store::prune(tx, before)).await {
                tracing::warn!(%error, "old messages could not be pruned");
            }
        });
    }
}
