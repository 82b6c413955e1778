//! The embedded transport: a durable log in SQLite with durable consumers.
//!
//! The table is the truth. The newest messages are also kept in memory, since every consumer reads them at once.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ticketing_events::{Envelope, EventName};
use ticketing_platform::args;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Db, DbError, DbOptions, Migrations, OpenError, Tx};
use ticketing_platform::signal::{Listener, Signal};
use ticketing_sdk::Timestamp;

use crate::transport::BusError;
use crate::{DeadLetter, Delivery, Verdict, rows};

const MIGRATIONS: Migrations =
    Migrations { part: "log", scripts: &[("V1__log", include_str!("../migrations/V1__log.sql"))] };
/// Messages kept in memory.
const CACHED: usize = 8192;
/// Messages read from the table at a time.
const SCAN: i64 = 512;
const PRUNE_EVERY: u64 = 4096;
/// How long a consumer is idle before it writes down that it has looked past others' events.
const IDLE: Duration = Duration::from_millis(100);

/// How the embedded transport behaves.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// How long a message is kept after it was published, once every consumer is past it.
    pub retention: Duration,
    /// The clock of the retries. Not the marketplace's: moving that one must not hurry a retry.
    pub clock: Clock,
}

impl Default for EmbeddedOptions {
    fn default() -> Self {
        // A day longer than the outboxes keep them.
        Self { retention: Duration::from_secs(8 * 24 * 3600), clock: Clock::system() }
    }
}

#[derive(Debug)]
pub(crate) struct Log {
    db: Db,
    options: EmbeddedOptions,
    published: Signal,
    cache: Mutex<BTreeMap<i64, Arc<Envelope>>>,
    batches: std::sync::atomic::AtomicU64,
}

impl Log {
    pub(crate) fn open(path: &Path, options: EmbeddedOptions) -> Result<Self, OpenError> {
        Ok(Self {
            db: Db::open(path, DbOptions { readers: 1, ..DbOptions::default() }, &[MIGRATIONS])?,
            options,
            published: Signal::default(),
            cache: Mutex::default(),
            batches: std::sync::atomic::AtomicU64::new(0),
        })
    }

    pub(crate) async fn publish(&self, batch: Vec<Envelope>) -> Result<(), BusError> {
        let batch: Arc<[Arc<Envelope>]> = batch.into_iter().map(Arc::new).collect();
        let now = self.options.clock.now();
        let (events, published) = (batch.clone(), self.published.clone());
        let places = self.db.write(move |tx| append(tx, &events, now, &published)).await?;
        self.remember(places.into_iter().zip(batch.iter().cloned()));
        self.prune_now_and_then();
        Ok(())
    }

    fn remember(&self, placed: impl Iterator<Item = (Option<i64>, Arc<Envelope>)>) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        // An event that was in the log before has no new place.
        cache.extend(placed.filter_map(|(seq, envelope)| Some((seq?, envelope))));
        while cache.len() > CACHED {
            cache.pop_first();
        }
        drop(cache);
        // The commit has rung already, but then this was not in memory yet.
        self.published.ring();
    }

    /// The messages that follow `position` without a gap, as far as they are in memory.
    fn remembered(&self, position: i64) -> Vec<(i64, Arc<Envelope>)> {
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let newer = cache.range(position + 1..).take(usize::try_from(SCAN).unwrap_or(usize::MAX));
        let unbroken = newer.zip(position + 1..).take_while(|((seq, _), expected)| *seq == expected);
        unbroken.map(|((seq, envelope), _)| (*seq, envelope.clone())).collect()
    }

    async fn after(&self, position: i64) -> Result<Vec<(i64, Arc<Envelope>)>, DbError> {
        let remembered = self.remembered(position);
        if !remembered.is_empty() {
            return Ok(remembered);
        }
        self.db
            .read(move |tx| {
                tx.query(
                    &format!(
                        "SELECT seq, {} FROM messages WHERE seq > $1 ORDER BY seq LIMIT $2",
                        rows::COLUMNS
                    ),
                    args![position, SCAN],
                    |row| Ok((row.int("seq")?, Arc::new(rows::envelope(row)?))),
                )
            })
            .await
    }

    pub(crate) async fn subscribe(
        self: Arc<Self>,
        durable: &'static str,
        names: Vec<EventName>,
    ) -> Result<Subscription, BusError> {
        let position = self
            .db
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO consumers (durable, position) VALUES ($1, 0) ON CONFLICT DO NOTHING",
                    args![durable],
                )?;
                tx.query_one("SELECT position FROM consumers WHERE durable = $1", args![durable], |row| {
                    row.int("position")
                })
            })
            .await
            .map_err(|error: DbError| error)?;
        let published = self.published.listen();
        let next_due = self.next_due(durable).await?;
        Ok(Subscription {
            log: self,
            durable,
            names,
            position,
            written: position,
            scanned: position,
            published,
            next_due,
        })
    }

    async fn next_due(&self, durable: &'static str) -> Result<Option<Timestamp>, DbError> {
        self.db
            .read(move |tx| {
                let due = tx.query_one(
                    "SELECT MIN(due_at) AS due_at FROM redeliveries WHERE durable = $1",
                    args![durable],
                    |row| row.opt_int("due_at"),
                )?;
                Ok(due.map(Timestamp::from_millis))
            })
            .await
    }

    pub(crate) async fn dead_letters(&self) -> Result<Vec<DeadLetter>, BusError> {
        let letters = self.db.read(|tx| {
            tx.query(
                &format!(
                    "SELECT durable, d.seq AS seq, attempts, cause, died_at, {} \
                     FROM dead_letters d JOIN messages m ON m.seq = d.seq ORDER BY died_at, d.seq",
                    rows::COLUMNS
                ),
                &[],
                |row| {
                    Ok(DeadLetter {
                        durable: row.text("durable")?,
                        seq: row.int("seq")?,
                        attempts: u32::try_from(row.int("attempts")?).unwrap_or(u32::MAX),
                        cause: row.text("cause")?,
                        died_at: row.time("died_at")?,
                        envelope: rows::envelope(row)?,
                    })
                },
            )
        });
        letters.await.map_err(|error: DbError| error.into())
    }

    pub(crate) async fn replay(&self, durable: &str, seq: i64) -> Result<(), BusError> {
        let (name, now, published) = (durable.to_owned(), self.options.clock.now(), self.published.clone());
        let found = self.db.write(move |tx| {
            let found =
                tx.execute("DELETE FROM dead_letters WHERE durable = $1 AND seq = $2", args![&name, seq])?;
            if found > 0 {
                // It was tried before: a first attempt would leave its row behind when it is settled.
                deliver_again(tx, &name, seq, 1, now, "replayed")?;
                tx.ring_on_commit(&published);
            }
            Ok::<_, DbError>(found > 0)
        });
        if found.await? { Ok(()) } else { Err(BusError::NoSuchLetter { durable: durable.to_owned(), seq }) }
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
        Ok(u64::try_from(waiting.await.map_err(|error: DbError| error)?).unwrap_or(0))
    }

    pub(crate) async fn recent(&self, limit: u32) -> Result<Vec<Envelope>, BusError> {
        let newest = self.db.read(move |tx| {
            tx.query(
                &format!("SELECT {} FROM messages ORDER BY seq DESC LIMIT $1", rows::COLUMNS),
                args![limit],
                rows::envelope,
            )
        });
        let mut newest = newest.await.map_err(|error: DbError| error)?;
        newest.reverse();
        Ok(newest)
    }

    pub(crate) async fn places(&self) -> Result<HashMap<String, i64>, BusError> {
        let places = self.db.read(|tx| {
            tx.query("SELECT id, seq FROM messages", &[], |row| Ok((row.text("id")?, row.int("seq")?)))
        });
        Ok(places.await.map_err(|error: DbError| error)?.into_iter().collect())
    }

    pub(crate) fn commits(&self) -> u64 {
        self.db.stats().commits
    }

    fn prune_now_and_then(&self) {
        use std::sync::atomic::Ordering::Relaxed;
        if !(self.batches.fetch_add(1, Relaxed) + 1).is_multiple_of(PRUNE_EVERY) {
            return;
        }
        let before = self.options.clock.now().as_millis()
            - i64::try_from(self.options.retention.as_millis()).unwrap_or(i64::MAX);
        let db = self.db.clone();
        tokio::spawn(async move {
            if let Err(error) = db.write(move |tx| prune(tx, before)).await {
                tracing::warn!(%error, "old messages could not be pruned");
            }
        });
    }
}

/// Appends what is not in the log yet. Answers the new places; an event that was there before has none.
fn append(
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
fn prune(tx: &mut Tx<'_>, before: i64) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM messages WHERE published_at < $1 \
           AND seq <= (SELECT COALESCE(MIN(position), 0) FROM consumers) \
           AND seq < (SELECT MAX(seq) FROM messages) \
           AND seq NOT IN (SELECT seq FROM redeliveries) AND seq NOT IN (SELECT seq FROM dead_letters)",
        args![before],
    )?;
    Ok(())
}

fn deliver_again(
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

#[derive(Debug)]
pub(crate) struct Subscription {
    log: Arc<Log>,
    durable: &'static str,
    names: Vec<EventName>,
    /// Everything up to here is settled.
    position: i64,
    /// As far as the table knows.
    written: i64,
    /// Everything up to here was looked at.
    scanned: i64,
    published: Listener,
    next_due: Option<Timestamp>,
}

impl Subscription {
    pub(crate) async fn next(&mut self, limit: usize) -> Result<Vec<Delivery>, BusError> {
        // What was delivered and not settled comes again.
        self.scanned = self.position;
        loop {
            let due = self.due(limit).await?;
            if !due.is_empty() {
                return Ok(due);
            }
            let fresh = self.fresh(limit).await?;
            if !fresh.is_empty() {
                return Ok(fresh);
            }
            self.wait().await?;
            // A replay may have put something back.
            self.next_due = self.log.next_due(self.durable).await?;
        }
    }

    /// Returns when something was published or a redelivery is due.
    async fn wait(&mut self) -> Result<(), BusError> {
        let clock = self.log.options.clock.clone();
        let next_due = self.next_due;
        let due = async {
            match next_due {
                Some(time) => clock.sleep_until(time).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.published.heard() => {}
            () = due => {}
            () = tokio::time::sleep(IDLE), if self.written < self.position => self.write_position().await?,
        }
        Ok(())
    }

    /// What is to be delivered again and whose time has come.
    async fn due(&mut self, limit: usize) -> Result<Vec<Delivery>, BusError> {
        let now = self.log.options.clock.now();
        if self.next_due.is_none_or(|due| due > now) {
            return Ok(Vec::new());
        }
        let (durable, limit) = (self.durable, i64::try_from(limit).unwrap_or(i64::MAX));
        let due = self.log.db.read(move |tx| {
            tx.query(
                &format!(
                    "SELECT m.seq AS seq, attempts, {} FROM redeliveries r JOIN messages m ON m.seq = r.seq \
                     WHERE durable = $1 AND due_at <= $2 ORDER BY m.seq LIMIT $3",
                    rows::COLUMNS
                ),
                args![durable, now, limit],
                |row| {
                    let attempt = u32::try_from(row.int("attempts")?).unwrap_or(u32::MAX).saturating_add(1);
                    Ok(Delivery { seq: row.int("seq")?, attempt, envelope: Arc::new(rows::envelope(row)?) })
                },
            )
        });
        due.await.map_err(|error: DbError| error.into())
    }

    /// What was never delivered.
    async fn fresh(&mut self, limit: usize) -> Result<Vec<Delivery>, BusError> {
        loop {
            let scanned = self.log.after(self.scanned).await?;
            let Some((last, _)) = scanned.last() else { return Ok(Vec::new()) };
            let last = *last;
            let wanted = scanned.into_iter().filter(|(_, envelope)| self.names.contains(&envelope.name));
            let fresh: Vec<Delivery> =
                wanted.take(limit).map(|(seq, envelope)| Delivery { seq, attempt: 1, envelope }).collect();
            self.scanned =
                if fresh.len() == limit { fresh.last().map_or(last, |last| last.seq) } else { last };
            if !fresh.is_empty() {
                return Ok(fresh);
            }
            // Others' events are settled by being looked at; their place is written when there is time.
            self.position = self.scanned;
        }
    }

    async fn write_position(&mut self) -> Result<(), BusError> {
        let (durable, position) = (self.durable, self.position);
        self.log.db.write(move |tx| move_to(tx, durable, position)).await?;
        self.written = position;
        Ok(())
    }

    pub(crate) async fn settle(&mut self, verdicts: Vec<(Delivery, Verdict)>) -> Result<(), BusError> {
        let (durable, scanned, now) = (self.durable, self.scanned, self.log.options.clock.now());
        let again = verdicts
            .iter()
            .any(|(delivery, verdict)| delivery.attempt > 1 || !matches!(verdict, Verdict::Accepted));
        self.log
            .db
            .write(move |tx| {
                for (delivery, verdict) in &verdicts {
                    settle_one(tx, durable, delivery, verdict, now)?;
                }
                move_to(tx, durable, scanned)
            })
            .await?;
        (self.position, self.written) = (scanned, scanned);
        if again {
            self.next_due = self.log.next_due(self.durable).await?;
        }
        Ok(())
    }
}

fn move_to(tx: &mut Tx<'_>, durable: &str, position: i64) -> Result<(), DbError> {
    tx.execute(
        "UPDATE consumers SET position = $2 WHERE durable = $1 AND position < $2",
        args![durable, position],
    )?;
    Ok(())
}

fn settle_one(
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
