//! PostgreSQL behind the face: threads with a connection each, and one transaction for each unit of work.
//!
//! Writes are serializable, so a unit may look and then act as if nobody else did. Where the server finds that two
//! were in each other's way, one of them is undone and run again, a bounded number of times. A connection that is lost
//! is made anew, and what was under way is run again, unless its commit was: then nobody knows, and that is the answer.

mod bells;
mod client;
mod connection;
mod migrate;
mod outcome;
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
use bells::Bells;
use connection::Role;
pub(super) use session::Session;
pub use url::{CONNECTIONS, PostgresUrl, Target, UrlError};
use worker::Worker;

/// How long whoever changes something waits for its end, in the queue and on the server. A link over which nothing comes
/// any more, and which nobody ends, is noticed by nothing else.
const WRITTEN_WITHIN: Duration = Duration::from_secs(15);
/// The same for whoever looks at something. Longer than the server works on a statement.
const READ_WITHIN: Duration = Duration::from_secs(35);

pub(super) struct Engine {
    // Taken in `drop`, so that the threads see the end of their queues.
    writers: Option<mpsc::Sender<Queued>>,
    readers: Option<mpsc::Sender<Queued>>,
    threads: Vec<JoinHandle<()>>,
    bells: Arc<Bells>,
    counters: Arc<Counters>,
}

/// A unit that waits for a thread, and how it is to be run.
struct Queued {
    job: Box<dyn Job>,
    manner: Manner,
}

/// How a unit is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// As if it ran alone.
    Serializable,
    /// Each statement for itself: for what decides nothing by what it has read.
    Blind,
    /// On a snapshot, changing nothing.
    Read,
}

#[derive(Default)]
struct Counters {
    /// The schema, as metrics name it.
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
        let bells = Arc::new(Bells::new(target.clone()));
        let mut engine = Self { writers: None, readers: None, threads: Vec::new(), bells, counters };
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
            let (counters, bells) = (self.counters.clone(), self.bells.clone());
            let worker = Worker::new(target.clone(), role, counters, bells);
            let queue = queue.clone();
            let thread = std::thread::Builder::new()
                .name(format!("{}-{}", target.schema(), role.name()))
                .spawn(move || worker.work(&queue))
                .map_err(|error| unusable(target, &error.to_string()))?;
            self.threads.push(thread);
        }
        Ok(sender)
    }

    pub(super) async fn write<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        written(submit(self.writers.as_ref(), unit, |job| Queued { job, manner: Manner::Serializable })).await
    }

    pub(super) async fn write_read_committed<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        written(submit(self.writers.as_ref(), unit, |job| Queued { job, manner: Manner::Blind })).await
    }

    pub(super) async fn read<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let read = submit(self.readers.as_ref(), unit, |job| Queued { job, manner: Manner::Read });
        let late = |_| Err(DbError::Unavailable(NOTHING_CAME.to_owned()).into());
        tokio::time::timeout(READ_WITHIN, read).await.unwrap_or_else(late)
    }

    pub(super) fn share_signal(&self, name: &'static str, signal: &Signal) {
        Bells::share(&self.bells, name, signal);
    }

    pub(super) fn name(&self) -> &str {
        &self.counters.name
    }

    pub(super) fn stats(&self) -> DbStats {
        let units = self.counters.units.load(Ordering::Relaxed);
        // Each unit is a transaction of its own; the server gathers their waits for the disk.
        DbStats { units, commits: units, repeats: self.counters.repeats.load(Ordering::Relaxed) }
    }
}

const NOTHING_CAME: &str = "nothing came from the server in time";

/// What became of a change. It may still be made after nobody waits for it any more.
async fn written<T, E: From<DbError>>(unit: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let late = |_| Err(DbError::Uncertain(NOTHING_CAME.to_owned()).into());
    tokio::time::timeout(WRITTEN_WITHIN, unit).await.unwrap_or_else(late)
}

impl Drop for Engine {
    fn drop(&mut self) {
        // What was accepted is still done: the threads end when their queues are empty.
        self.writers.take();
        self.readers.take();
        self.bells.end();
        for thread in self.threads.drain(..) {
            if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
                tracing::error!("a database thread panicked");
            }
        }
    }
}

/// Brings the tables up to date and does nothing else.
pub(super) fn migrate(target: &Target, migrations: &[Migrations]) -> Result<(), OpenError> {
    prepare(target, true, migrations)
}

/// Says what is missing and changes nothing.
pub(super) fn check(target: &Target, migrations: &[Migrations]) -> Result<(), OpenError> {
    prepare(target, false, migrations)
}

fn prepare(target: &Target, migrate: bool, migrations: &[Migrations]) -> Result<(), OpenError> {
    // The client waits in a runtime of its own, which must not be begun on a thread of another.
    std::thread::scope(|scope| {
        let preparing = scope.spawn(|| migrate::prepare(target, migrate, migrations));
        preparing.join().unwrap_or_else(|_| Err(unusable(target, "it could not be prepared")))
    })
}

fn unusable(target: &Target, reason: &str) -> OpenError {
    OpenError::Unusable { database: target.to_string(), reason: reason.to_owned() }
}
