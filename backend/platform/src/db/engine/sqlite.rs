//! The database interface on SQLite: one writer that commits in groups, and a few readers.
//!
//! The writer commits all waiting units together, so that one wait for the disk serves many of them. The changes of a
//! unit that fails are undone before the commit, without an effect on the others. Replies are sent after the commit.

use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::mpsc;

use super::{Counters, Engine, QueuedUnit, next_unit};
use crate::db::migrate::migration_error;
use crate::db::sqlite::{
    Files, connect, connect_read_only, connect_readers, file_stem, open_error, roll_back, truncate_wal,
};
use crate::db::tx::{DbTransaction, Mode};
use crate::db::{DbError, DbOptions, Dialect, Migrations, OpenError, ReadOnly, Tx};
use crate::signal::Signal;

pub(in crate::db) fn open(
    path: &Path,
    options: DbOptions,
    migrations: &[Migrations],
) -> Result<Engine, OpenError> {
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
pub(in crate::db) fn open_read_only(
    path: &Path,
    access: ReadOnly,
    options: DbOptions,
) -> Result<Engine, OpenError> {
    let mut engine = Engine::new(Dialect::Sqlite, file_stem(path), None);
    let readers = (0..options.readers.max(1)).map(|_| connect_read_only(path, access));
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

fn write_all(
    connection: &Connection,
    mut queue: mpsc::Receiver<QueuedUnit>,
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
    jobs: &mut [QueuedUnit],
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
    jobs: &mut [QueuedUnit],
    mode: Mode,
    files: &Files,
) -> Result<Option<u64>, DbError> {
    let mut tx = Tx::new(DbTransaction::Sqlite(connection), mode);
    tx.execute("BEGIN IMMEDIATE", &[])?;
    let mut committed = 0;
    for QueuedUnit { job, .. } in jobs {
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

fn read_all(connection: &Connection, queue: &Mutex<mpsc::Receiver<QueuedUnit>>) {
    while let Some(QueuedUnit { mut job, .. }) = next_unit(queue) {
        let mut tx = Tx::new(DbTransaction::Sqlite(connection), Mode::WithSavepoints);
        let begun = tx.execute("BEGIN", &[]).map(drop);
        if begun.is_ok() {
            job.run(&mut tx);
            roll_back(connection);
        }
        job.reply(begun);
    }
}
