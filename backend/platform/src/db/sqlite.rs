//! The database interface on SQLite: one writer that commits in groups, and a few readers.
//!
//! The writer commits all waiting units together, so that one wait for the disk serves many of them. The changes of a
//! unit that fails are undone before the commit, without an effect on the others. Replies are sent after the commit.

mod copy;
mod files;
mod identity;
mod read_only;
mod session;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::mpsc;

use super::job::{Job, submit};
use super::tx::Mode;
use super::{DbError, DbOptions, DbStats, Migrations, OpenError, ReadOnly, Tx};
use crate::error_chain::error_chain;
use crate::signal::Signal;
use crate::telemetry::LogThrottle;
pub use copy::{CopyError, copy_together};
use files::{Files, LOG_LIMIT};
pub use identity::file_identity;
pub(super) use session::Session;
use session::map_error;

const STATEMENT_CACHE: usize = 128;
/// The pages of 4 KiB in the write-ahead log after which they are written back. Fewer, larger checkpoints delay the writer
/// less, and the logs of all databases of a folder take room that small disks do not have.
const CHECKPOINT_PAGES: u32 = 1000;
/// How long a commit waits for another connection.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the writer waits for readers before it leaves the log as it is.
const EMPTYING_TIMEOUT: Duration = Duration::from_millis(200);

pub(super) struct Engine {
    // Taken in `drop`, which closes the queues of the threads.
    writer: Option<mpsc::Sender<Box<dyn Job>>>,
    readers: Option<mpsc::Sender<Box<dyn Job>>>,
    threads: Vec<JoinHandle<()>>,
    counters: Arc<Counters>,
}

#[derive(Default)]
struct Counters {
    /// The name of the file, which is the label `database` of metrics.
    name: String,
    units: AtomicU64,
    commits: AtomicU64,
    failed: LogThrottle,
}

impl Engine {
    pub(super) fn open(
        path: &Path,
        options: DbOptions,
        migrations: &[Migrations],
    ) -> Result<Self, OpenError> {
        Files::prepare(path)?;
        let mut connection = connect(path, OpenFlags::default())?;
        for part in migrations {
            // One process owns a file, so it applies the migrations.
            let applied = part.runner().and_then(|runner| runner.run(&mut connection));
            applied.map_err(|error| OpenError::Migration {
                database: path.display().to_string(),
                reason: error_chain(&error),
            })?;
        }

        // The log of a killed process may be longer than the one of this process.
        empty_log(&connection);
        let readers_opened = connect_readers(path, options.readers.max(1))?;
        let files = Arc::new(Files::opened(path)?);
        let counters = Arc::new(Counters { name: file_stem(path), ..Counters::default() });
        let (writer, queue) = mpsc::channel(options.queue);
        let mut threads = vec![spawn("writer", path, {
            let (counters, files) = (counters.clone(), files.clone());
            move || write_all(&connection, queue, options.group, &counters, &files)
        })?];

        let (readers, queue) = mpsc::channel(options.queue);
        let queue = Arc::new(Mutex::new(queue));
        for connection in readers_opened {
            let (queue, files) = (queue.clone(), files.clone());
            threads.push(spawn("reader", path, move || {
                read_all(&connection, &queue);
                files.protect_replacements(&connection);
            })?);
        }
        Ok(Self { writer: Some(writer), readers: Some(readers), threads, counters })
    }

    /// Opens a file read-only. There is no writer: writes are refused.
    pub(super) fn open_read_only(
        path: &Path,
        access: ReadOnly,
        options: DbOptions,
    ) -> Result<Self, OpenError> {
        let counters = Arc::new(Counters { name: file_stem(path), ..Counters::default() });
        let (readers, queue) = mpsc::channel(options.queue);
        let queue = Arc::new(Mutex::new(queue));
        let mut threads = Vec::new();
        for _ in 0..options.readers.max(1) {
            let (connection, queue) = (read_only::connect(path, access)?, queue.clone());
            threads.push(spawn("reader", path, move || read_all(&connection, &queue))?);
        }
        Ok(Self { writer: None, readers: Some(readers), threads, counters })
    }

    pub(super) async fn write<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        submit(self.writer.as_ref(), unit, |job| job).await
    }

    pub(super) async fn read<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        submit(self.readers.as_ref(), unit, |job| job).await
    }

    pub(super) fn name(&self) -> &str {
        &self.counters.name
    }

    pub(super) fn stats(&self) -> DbStats {
        DbStats {
            units: self.counters.units.load(Ordering::Relaxed),
            commits: self.counters.commits.load(Ordering::Relaxed),
            repeats: 0,
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // Queued units are still run: the threads end when their queues are empty.
        self.writer.take();
        self.readers.take();
        for thread in self.threads.drain(..) {
            if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
                tracing::error!("a database thread panicked");
            }
        }
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, OpenError> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        connection.pragma_update(None, "journal_size_limit", LOG_LIMIT.cast_signed())?;
        Ok(connection)
    };
    open().map_err(|error| open_error(path, &error))
}

/// Opens connections that only read. Each has read the database, so that all of its files exist.
fn connect_readers(path: &Path, count: usize) -> Result<Vec<Connection>, OpenError> {
    let connect = || {
        let connection = connect(path, OpenFlags::default())?;
        let prepared = connection
            .pragma_update(None, "query_only", true)
            .and_then(|()| connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(())));
        prepared.map_err(|error| open_error(path, &error)).map(|()| connection)
    };
    (0..count).map(|_| connect()).collect()
}

fn open_error(path: &Path, error: &impl std::fmt::Display) -> OpenError {
    OpenError::File { path: path.to_owned(), reason: error.to_string() }
}

fn file_stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn spawn(role: &str, path: &Path, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, OpenError> {
    std::thread::Builder::new()
        .name(format!("{}-{role}", file_stem(path)))
        .spawn(run)
        .map_err(|error| OpenError::File { path: path.to_owned(), reason: error.to_string() })
}

fn write_all(
    connection: &Connection,
    mut queue: mpsc::Receiver<Box<dyn Job>>,
    group: usize,
    counters: &Counters,
    files: &Files,
) {
    let mut waiting = Vec::with_capacity(group);
    while queue.blocking_recv_many(&mut waiting, group) > 0 {
        let committed = commit_group(connection, &mut waiting, counters, files);
        for job in waiting.drain(..) {
            job.reply(committed.clone());
        }
    }
    files.protect_replacements(connection);
}

fn commit_group(
    connection: &Connection,
    jobs: &mut [Box<dyn Job>],
    counters: &Counters,
    files: &Files,
) -> Result<(), DbError> {
    if let Some(changed) = files.changed() {
        return Err(DbError::Unavailable(changed.to_string()));
    }
    let committed = match run_group(connection, jobs, Mode::Optimistic, files) {
        Ok(None) => run_group(connection, jobs, Mode::WithSavepoints, files),
        committed => committed,
    };
    match committed {
        Ok(committed) => {
            let committed = committed.unwrap_or(0);
            if committed > 0 {
                counters.units.fetch_add(committed, Ordering::Relaxed);
                counters.commits.fetch_add(1, Ordering::Relaxed);
                metrics::counter!("db_commits_total", "database" => counters.name.clone()).increment(1);
                // A commit to a file that the next start does not find is not reported as done.
                if let Some(changed) = files.changed() {
                    return Err(DbError::Uncertain(changed.to_string()));
                }
            }
            Ok(())
        }
        Err(error) => {
            if let Some(times) = counters.failed.occurred() {
                let database = &counters.name;
                tracing::error!(database, %error, times, "commit of a group of units failed");
            }
            roll_back(connection);
            if files.changed().is_none() {
                // No commit, no checkpoint: a log that has filled the disk would never be written back.
                empty_log(connection);
            }
            Err(if error.is_outage() { error } else { DbError::Unavailable(error.to_string()) })
        }
    }
}

/// Runs every job and commits them together. Returns the number of committed jobs, or `None` if one that failed left
/// changes behind: then nothing was committed, and the group must be run again with savepoints.
fn run_group(
    connection: &Connection,
    jobs: &mut [Box<dyn Job>],
    mode: Mode,
    files: &Files,
) -> Result<Option<u64>, DbError> {
    let mut tx = Tx::new(Session::new(connection).into(), mode);
    tx.execute("BEGIN IMMEDIATE", &[])?;
    let mut committed = 0;
    for job in jobs {
        tx.begin_unit();
        // The error makes the savepoint undo the changes; the job keeps its own error.
        let ran = tx.savepoint(|tx| if job.run(tx) { Ok(()) } else { Err(DbError::Busy) });
        if tx.needs_rerun() {
            tx.execute("ROLLBACK", &[])?;
            return Ok(None);
        }
        committed += u64::from(ran.is_ok());
    }
    // The commit would fill a gap in a log that was cut while the units ran, and hide it.
    if let Some(changed) = files.changed() {
        return Err(DbError::Unavailable(changed.to_string()));
    }
    tx.execute("COMMIT", &[])?;
    tx.into_signals().iter().for_each(Signal::notify);
    Ok(Some(committed))
}

fn read_all(connection: &Connection, queue: &Mutex<mpsc::Receiver<Box<dyn Job>>>) {
    loop {
        // One reader waits with the lock; the others wait for the lock.
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(mut job) = next else { return };
        let mut tx = Tx::new(Session::new(connection).into(), Mode::WithSavepoints);
        let begun = tx.execute("BEGIN", &[]).map(drop);
        if begun.is_ok() {
            job.run(&mut tx);
            roll_back(connection);
        }
        job.reply(begun);
    }
}

/// Writes the log back and gives its room to the file system, if readers and the disk allow it now.
fn empty_log(connection: &Connection) {
    let empty = || {
        connection.busy_timeout(EMPTYING_TIMEOUT)?;
        let emptied = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        connection.busy_timeout(BUSY_TIMEOUT)?;
        emptied
    };
    if let Err(error) = empty() {
        tracing::debug!(%error, "the write-ahead log could not be written back");
    }
}

fn roll_back(connection: &Connection) {
    // A failed commit may have ended the transaction already.
    if !connection.is_autocommit()
        && let Err(error) = connection.execute_batch("ROLLBACK").map_err(map_error)
    {
        tracing::error!(%error, "rollback failed");
    }
}
