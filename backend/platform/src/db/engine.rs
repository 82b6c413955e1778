//! The queues of a database, and the threads that run the units in them. Both databases differ only in the threads.

pub(super) mod postgres;
pub(super) mod sqlite;

mod job;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::postgres::Notifier;
use super::{DbError, DbStats, Dialect, Tx};
use crate::telemetry::LogThrottle;
use job::{Job, submit};

/// How long a caller waits for a write on a server, in the queue included. Nothing else detects a connection on which no
/// data arrives and which is not closed.
const WRITE_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a caller waits for a read on a server. Longer than `statement_timeout`.
const READ_TIMEOUT: Duration = Duration::from_secs(35);

/// A unit that waits for a thread, and its isolation.
pub(super) struct QueuedUnit {
    job: Box<dyn Job>,
    isolation: Isolation,
}

/// The isolation of a unit. On SQLite all writes are serializable: one thread makes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Isolation {
    /// SERIALIZABLE.
    Serializable,
    /// READ COMMITTED, for units that decide nothing by rows that they have read.
    ReadCommitted,
    /// A read-only snapshot.
    Snapshot,
}

/// The threads of a database and their queues. It ends when it is dropped.
#[derive(Debug)]
pub(super) struct Engine {
    pub(super) dialect: Dialect,
    // Taken in `drop`, which closes the queues of the threads.
    pub(super) writers: Option<mpsc::Sender<QueuedUnit>>,
    pub(super) readers: Option<mpsc::Sender<QueuedUnit>>,
    threads: Vec<JoinHandle<()>>,
    pub(super) counters: Arc<Counters>,
    /// Forwards signals between processes, where several can use the database.
    pub(super) notifier: Option<Arc<Notifier>>,
}

/// The counters of the database threads.
#[derive(Debug, Default)]
pub(super) struct Counters {
    /// The name of the file or the schema, which is the label `database` of metrics.
    pub(super) name: String,
    units: AtomicU64,
    commits: AtomicU64,
    repeats: AtomicU64,
    /// Commits that have failed.
    pub(super) failed: LogThrottle,
}

impl Counters {
    /// Counts the commit of a transaction with this number of units.
    pub(super) fn count_commit(&self, units: u64) {
        self.units.fetch_add(units, Ordering::Relaxed);
        self.commits.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("db_commits_total", "database" => self.name.clone()).increment(1);
    }

    /// Counts a transaction that is run again.
    pub(super) fn count_retry(&self, why: &'static str) {
        self.repeats.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("db_retries_total", "database" => self.name.clone(), "reason" => why).increment(1);
    }

    pub(super) fn stats(&self) -> DbStats {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        DbStats { units: count(&self.units), commits: count(&self.commits), repeats: count(&self.repeats) }
    }
}

impl Engine {
    /// Creates an engine without threads.
    pub(super) fn new(dialect: Dialect, name: impl Into<String>, notifier: Option<Arc<Notifier>>) -> Self {
        let counters = Arc::new(Counters { name: name.into(), ..Counters::default() });
        Self { dialect, writers: None, readers: None, threads: Vec::new(), counters, notifier }
    }

    /// Starts a thread.
    pub(super) fn spawn(&mut self, role: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
        let thread = std::thread::Builder::new().name(format!("{}-{role}", self.counters.name));
        self.threads.push(thread.spawn(run)?);
        Ok(())
    }

    /// Runs a unit on one of the threads. On a server, a write that is not answered in time may still be committed.
    pub(super) async fn run<T, E, F>(&self, unit: F, isolation: Isolation) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let is_read = isolation == Isolation::Snapshot;
        let queue = if is_read { &self.readers } else { &self.writers };
        let outcome = submit(queue.as_ref(), unit, isolation);
        if self.dialect == Dialect::Sqlite {
            return outcome.await;
        }
        let within = if is_read { READ_TIMEOUT } else { WRITE_TIMEOUT };
        tokio::time::timeout(within, outcome).await.unwrap_or_else(|_| {
            let reason = "the server did not answer in time".to_owned();
            Err(if is_read { DbError::Unavailable(reason) } else { DbError::Uncertain(reason) }.into())
        })
    }
}

/// Takes the next unit of a queue that several threads share, or `None` when it is closed and empty.
pub(super) fn next_unit(queue: &Mutex<mpsc::Receiver<QueuedUnit>>) -> Option<QueuedUnit> {
    // One thread waits with the lock; the others wait for the lock.
    queue.lock().blocking_recv()
}

impl Drop for Engine {
    fn drop(&mut self) {
        // Queued units are still run: the threads end when their queues are empty.
        self.writers.take();
        self.readers.take();
        self.notifier.iter().for_each(|notifier| notifier.end());
        for thread in self.threads.drain(..) {
            if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
                tracing::error!("a database thread panicked");
            }
        }
    }
}
