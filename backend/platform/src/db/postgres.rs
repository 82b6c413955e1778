//! The database interface on PostgreSQL: threads with a connection each, and one transaction for each unit of work.
//!
//! Writes are serializable, so a unit may read and then write as if it ran alone. If transactions conflict, the server
//! rolls one of them back, and the worker runs it again, a bounded number of times. The worker replaces a lost
//! connection and runs the unit again, unless the connection was lost during the commit: then the outcome is unknown,
//! and the caller gets [`DbError::Uncertain`].

mod client;
mod connection;
mod migrate;
mod notifier;
mod retry_reason;
mod session;
mod tls;
mod url;
mod worker;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc;

use super::job::{Job, submit};
use super::{DbError, DbOptions, DbStats, Migrations, OpenError, Tx};
use crate::signal::Signal;
use connection::Role;
use notifier::Notifier;
pub(super) use session::Session;
pub use url::{CONNECTIONS, PostgresUrl, Target, UrlError};
use worker::Worker;

/// How long a caller waits for a write, in the queue and on the server. Nothing else detects a connection on which no
/// data arrives and which is not closed.
const WRITE_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a caller waits for a read. Longer than `statement_timeout`.
const READ_TIMEOUT: Duration = Duration::from_secs(35);

pub(super) struct Engine {
    // Taken in `drop`, which closes the queues of the threads.
    writers: Option<mpsc::Sender<Queued>>,
    readers: Option<mpsc::Sender<Queued>>,
    threads: Vec<JoinHandle<()>>,
    notifier: Arc<Notifier>,
    counters: Arc<Counters>,
}

/// A unit that waits for a thread, and its isolation.
struct Queued {
    job: Box<dyn Job>,
    isolation: Isolation,
}

/// The isolation of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Isolation {
    /// SERIALIZABLE.
    Serializable,
    /// READ COMMITTED, for units that decide nothing by rows that they have read.
    ReadCommitted,
    /// A read-only snapshot.
    Snapshot,
}

#[derive(Default)]
struct Counters {
    /// The schema, which is the label `database` of metrics.
    name: String,
    units: AtomicU64,
    repeats: AtomicU64,
}

impl Counters {
    fn committed(&self) {
        self.units.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("db_commits_total", "database" => self.name.clone()).increment(1);
    }

    fn repeated(&self, why: &'static str) {
        self.repeats.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("db_repeats_total", "database" => self.name.clone(), "why" => why).increment(1);
    }
}

impl Engine {
    pub(super) fn open(
        target: &Target,
        options: DbOptions,
        migrations: &[Migrations],
    ) -> Result<Self, OpenError> {
        prepare(target, target.url().is_migrated_here(), migrations)?;
        let counters = Arc::new(Counters { name: target.schema().to_owned(), ..Counters::default() });
        let notifier = Arc::new(Notifier::new(target.clone()));
        let mut engine = Self { writers: None, readers: None, threads: Vec::new(), notifier, counters };
        engine.writers = Some(engine.spawn(target, Role::Writer, target.writers(), options.queue)?);
        engine.readers = Some(engine.spawn(target, Role::Reader, target.readers(), options.queue)?);
        Ok(engine)
    }

    fn spawn(
        &mut self,
        target: &Target,
        role: Role,
        threads: usize,
        queue: usize,
    ) -> Result<mpsc::Sender<Queued>, OpenError> {
        let (sender, queue) = mpsc::channel(queue);
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..threads.max(1) {
            let (counters, notifier) = (self.counters.clone(), self.notifier.clone());
            let worker = Worker::new(target.clone(), role, counters, notifier);
            let queue = queue.clone();
            let thread = std::thread::Builder::new()
                .name(format!("{}-{}", target.schema(), role.name()))
                .spawn(move || worker.run(&queue))
                .map_err(|error| unusable(target, &error.to_string()))?;
            self.threads.push(thread);
        }
        Ok(sender)
    }

    pub(super) async fn write<T, E, F>(&self, unit: F, isolation: Isolation) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        with_write_timeout(submit(self.writers.as_ref(), unit, |job| Queued { job, isolation })).await
    }

    pub(super) async fn read<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let read = submit(self.readers.as_ref(), unit, |job| Queued { job, isolation: Isolation::Snapshot });
        let timed_out = |_| Err(DbError::Unavailable(NO_ANSWER.to_owned()).into());
        tokio::time::timeout(READ_TIMEOUT, read).await.unwrap_or_else(timed_out)
    }

    pub(super) fn share_signal(&self, name: &'static str, signal: &Signal) {
        Notifier::share_signal(&self.notifier, name, signal);
    }

    pub(super) fn name(&self) -> &str {
        &self.counters.name
    }

    pub(super) fn stats(&self) -> DbStats {
        let units = self.counters.units.load(Ordering::Relaxed);
        // Each unit is a transaction; the server groups their waits for the disk.
        DbStats { units, commits: units, repeats: self.counters.repeats.load(Ordering::Relaxed) }
    }
}

const NO_ANSWER: &str = "the server did not answer in time";

/// Waits for a write. After the timeout the unit may still be committed.
async fn with_write_timeout<T, E: From<DbError>>(unit: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let timed_out = |_| Err(DbError::Uncertain(NO_ANSWER.to_owned()).into());
    tokio::time::timeout(WRITE_TIMEOUT, unit).await.unwrap_or_else(timed_out)
}

impl Drop for Engine {
    fn drop(&mut self) {
        // Queued units are still run: the threads end when their queues are empty.
        self.writers.take();
        self.readers.take();
        self.notifier.end();
        for thread in self.threads.drain(..) {
            if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
                tracing::error!("a database thread panicked");
            }
        }
    }
}

/// Applies missing migrations.
pub(super) fn migrate(target: &Target, migrations: &[Migrations]) -> Result<(), OpenError> {
    prepare(target, true, migrations)
}

/// Reports missing migrations. Changes nothing.
pub(super) fn check(target: &Target, migrations: &[Migrations]) -> Result<(), OpenError> {
    prepare(target, false, migrations)
}

fn prepare(target: &Target, migrate: bool, migrations: &[Migrations]) -> Result<(), OpenError> {
    // The client blocks in its own runtime, which must not start on a thread of another runtime.
    std::thread::scope(|scope| {
        let prepare = scope.spawn(|| migrate::prepare(target, migrate, migrations));
        prepare.join().unwrap_or_else(|_| Err(unusable(target, "its preparation panicked")))
    })
}

fn unusable(target: &Target, reason: &str) -> OpenError {
    OpenError::Unusable { database: target.to_string(), reason: reason.to_owned() }
}
