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
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::mpsc;

use super::engine::{Counters, Engine, Queued, next_unit};
use super::migrate::migration_error;
use super::tx::Mode;
use super::{DbError, DbOptions, Dialect, Migrations, OpenError, ReadOnly, Tx};
use crate::signal::Signal;
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
const CHECKPOINT_TIMEOUT: Duration = Duration::from_millis(200);

pub(super) fn open(path: &Path, options: DbOptions, migrations: &[Migrations]) -> Result<Engine, OpenError> {
    Files::prepare(path)?;
    let mut connection = connect(path, OpenFlags::default())?;
    for part in migrations {
        // One process owns a file, so it applies the migrations.
        let applied = part.runner().and_then(|runner| runner.run(&mut connection));
        applied.map_err(|error| migration_error(path.display().to_string(), &error))?;
    }

    // The log of a killed process may be longer than the one of this process.
    truncate_wal(&connection);
    let readers = connect_readers(path, options.readers.max(1))?;
    let files = Arc::new(Files::record(path)?);
    let mut engine = Engine::new(Dialect::Sqlite, file_stem(path), None);
    let (writer, queue) = mpsc::channel(options.queue);
    engine.writers = Some(writer);
    let (counters, written) = (engine.counters.clone(), files.clone());
    let write = move || write_all(&connection, queue, options.group, &counters, &written);
    engine.spawn("writer", write).map_err(|error| open_error(path, &error))?;
    spawn_readers(&mut engine, path, readers, options, Some(&files))?;
    Ok(engine)
}

/// Opens a file read-only. There is no writer: writes are refused.
pub(super) fn open_read_only(path: &Path, access: ReadOnly, options: DbOptions) -> Result<Engine, OpenError> {
    let mut engine = Engine::new(Dialect::Sqlite, file_stem(path), None);
    let readers = (0..options.readers.max(1)).map(|_| read_only::connect(path, access));
    spawn_readers(&mut engine, path, readers.collect::<Result<_, _>>()?, options, None)?;
    Ok(engine)
}

/// Starts a thread for each reader. `files` are protected when it ends.
fn spawn_readers(
    engine: &mut Engine,
    path: &Path,
    connections: Vec<Connection>,
    options: DbOptions,
    files: Option<&Arc<Files>>,
) -> Result<(), OpenError> {
    let (readers, queue) = mpsc::channel(options.queue);
    engine.readers = Some(readers);
    let queue = Arc::new(Mutex::new(queue));
    for connection in connections {
        let (queue, files) = (queue.clone(), files.cloned());
        let read = move || {
            read_all(&connection, &queue);
            files.iter().for_each(|files| files.protect_replacements(&connection));
        };
        engine.spawn("reader", read).map_err(|error| open_error(path, &error))?;
    }
    Ok(())
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
        keep_plans(&connection)?;
        Ok(connection)
    };
    open().map_err(|error| open_error(path, &error))
}

/// Makes the plans of cached statements independent of their arguments. Otherwise SQLite prepares a statement again for each new
/// argument of a range or a limit, which takes longer than most statements.
fn keep_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
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

fn write_all(
    connection: &Connection,
    mut queue: mpsc::Receiver<Queued>,
    group: usize,
    counters: &Counters,
    files: &Files,
) {
    let mut waiting = Vec::with_capacity(group);
    while queue.blocking_recv_many(&mut waiting, group) > 0 {
        let committed = commit_group(connection, &mut waiting, counters, files);
        waiting.drain(..).for_each(|queued| queued.job.reply(committed.clone()));
    }
    files.protect_replacements(connection);
}

fn commit_group(
    connection: &Connection,
    jobs: &mut [Queued],
    counters: &Counters,
    files: &Files,
) -> Result<(), DbError> {
    if let Some(changed) = files.find_change() {
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
                counters.count_commit(committed);
                // A commit to a file that the next start does not find is not reported as done.
                if let Some(changed) = files.find_change() {
                    return Err(DbError::Uncertain(changed.to_string()));
                }
            }
            Ok(())
        }
        Err(error) => {
            if let Some(times) = counters.failed.count() {
                let database = &counters.name;
                tracing::error!(database, %error, times, "commit of a group of units failed");
            }
            roll_back(connection);
            if files.find_change().is_none() {
                // No commit, no checkpoint: a log that has filled the disk would never be written back.
                truncate_wal(connection);
            }
            Err(if error.is_outage() { error } else { DbError::Unavailable(error.to_string()) })
        }
    }
}

/// Runs every job and commits them together. Returns the number of committed jobs, or `None` if one that failed left
/// changes behind: then nothing was committed, and the group must be run again with savepoints.
fn run_group(
    connection: &Connection,
    jobs: &mut [Queued],
    mode: Mode,
    files: &Files,
) -> Result<Option<u64>, DbError> {
    let mut tx = Tx::new(Session::new(connection).into(), mode);
    tx.execute("BEGIN IMMEDIATE", &[])?;
    let mut committed = 0;
    for Queued { job, .. } in jobs {
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
    if let Some(changed) = files.find_change() {
        return Err(DbError::Unavailable(changed.to_string()));
    }
    tx.execute("COMMIT", &[])?;
    tx.into_signals().iter().for_each(Signal::notify);
    Ok(Some(committed))
}

fn read_all(connection: &Connection, queue: &Mutex<mpsc::Receiver<Queued>>) {
    while let Some(Queued { mut job, .. }) = next_unit(queue) {
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
fn truncate_wal(connection: &Connection) {
    let empty = || {
        connection.busy_timeout(CHECKPOINT_TIMEOUT)?;
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

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn statement_is_prepared_once_for_all_arguments() {
        let folder = tempfile::tempdir().unwrap();
        let connection = connect(&folder.path().join("plans.db"), OpenFlags::default()).unwrap();
        connection.execute_batch("CREATE TABLE t (a BIGINT, b TEXT); CREATE INDEX t_a ON t (a, b);").unwrap();
        let sql = "SELECT b FROM t WHERE (a, b) > ($1, $2) AND a <= $3 ORDER BY a, b LIMIT $4";
        let mut statement = connection.prepare(sql).unwrap();
        for number in 0..5 {
            let mut rows = statement.query((number, "", number + 7, number + 1)).unwrap();
            assert!(rows.next().unwrap().is_none());
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
