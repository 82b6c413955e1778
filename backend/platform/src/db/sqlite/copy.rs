//! Copies SQLite databases as they are at one instant, while a server writes to them.
//!
//! Each database is a file, so copies that are made one after the other are not consistent. Here all write locks are
//! taken, a snapshot of each database is opened, and the locks are released. Writers wait for a moment, whatever the
//! size of the databases. Then the snapshots are copied.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::explain;
use crate::files::{create_private_file, sync_folder};

/// How long writers may wait in one attempt. Shorter than their busy timeout of 5 s.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
/// The pause between two attempts, in which writers continue.
const ATTEMPT_INTERVAL: Duration = Duration::from_millis(500);
/// The maximum number of attempts.
const MAX_ATTEMPTS: u32 = 30;
/// The pause between two tries to take a lock.
const LOCK_INTERVAL: Duration = Duration::from_millis(1);

/// Why databases were not copied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CopyError {
    /// SQLite failed.
    #[error("cannot copy {}: {}", path.display(), explain(source))]
    Database {
        /// The database, or its copy.
        path: PathBuf,
        /// The error of SQLite.
        source: rusqlite::Error,
    },
    /// The copy could not be written.
    #[error("cannot write {}: {source}", path.display())]
    File {
        /// The copy.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// Its write lock was in use until the deadline.
    #[error("{} was written to without a pause; try again", path.display())]
    Busy {
        /// The database whose lock was in use.
        path: PathBuf,
    },
    /// The copy failed the integrity check.
    #[error("the copy {} is damaged: {report}", path.display())]
    Damaged {
        /// The copy.
        path: PathBuf,
        /// The report of the check.
        report: String,
    },
}

/// A database to copy.
struct Source {
    path: PathBuf,
    /// Holds the write lock for a moment.
    locker: Connection,
    /// Holds the snapshot.
    reader: Connection,
}

/// Copies SQLite databases (from, to) as they are at one instant. Other processes may write to them meanwhile. The
/// copies are private files, checked and on the disk. Returns the longest time that writers waited.
///
/// # Errors
/// If a database cannot be read, its write lock is in use for a minute, or a copy exists already or cannot be written.
pub fn copy_together(files: &[(PathBuf, PathBuf)]) -> Result<Duration, CopyError> {
    let sources: Result<Vec<Source>, CopyError> = files.iter().map(|(from, _)| Source::open(from)).collect();
    let sources = sources?;
    let waited = snapshot(&sources)?;
    for (source, (_, to)) in sources.iter().zip(files) {
        source.copy(to)?;
    }
    Ok(waited)
}

/// Opens a snapshot of every database at the same instant.
fn snapshot(sources: &[Source]) -> Result<Duration, CopyError> {
    let mut attempt = 1;
    loop {
        let begun = Instant::now();
        let locked = lock_all(sources, begun + ATTEMPT_TIMEOUT);
        let opened = match &locked {
            Ok(()) => sources.iter().try_for_each(Source::begin_snapshot),
            Err(_) => Ok(()),
        };
        // The snapshots outlive the locks.
        sources.iter().for_each(Source::unlock);
        opened?;
        match locked {
            Ok(()) => return Ok(begun.elapsed()),
            Err(CopyError::Busy { .. }) if attempt < MAX_ATTEMPTS => {}
            Err(error) => return Err(error),
        }
        attempt += 1;
        pause(ATTEMPT_INTERVAL);
    }
}

/// Takes every write lock. No service waits for one database while it locks another, so a deadlock is impossible.
fn lock_all(sources: &[Source], deadline: Instant) -> Result<(), CopyError> {
    for source in sources {
        while !source.try_lock()? {
            if Instant::now() >= deadline {
                return Err(CopyError::Busy { path: source.path.clone() });
            }
            pause(LOCK_INTERVAL);
        }
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "no notification exists for a lock that another process releases"
)]
fn pause(span: Duration) {
    std::thread::sleep(span);
}

impl Source {
    fn open(path: &Path) -> Result<Self, CopyError> {
        let open = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(path, flags)?;
            // `lock_all` retries, with one deadline for all locks.
            connection.busy_timeout(Duration::ZERO)?;
            Ok(connection)
        };
        let failed = |source| CopyError::Database { path: path.to_owned(), source };
        let (locker, reader) = (open().map_err(failed)?, open().map_err(failed)?);
        Ok(Self { path: path.to_owned(), locker, reader })
    }

    fn copy_error(&self, source: rusqlite::Error) -> CopyError {
        CopyError::Database { path: self.path.clone(), source }
    }

    fn try_lock(&self) -> Result<bool, CopyError> {
        match self.locker.execute_batch("BEGIN IMMEDIATE") {
            Ok(()) => Ok(true),
            Err(error) if is_busy(&error) => Ok(false),
            Err(error) => Err(self.copy_error(error)),
        }
    }

    fn unlock(&self) {
        if !self.locker.is_autocommit()
            && let Err(error) = self.locker.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, file = %self.path.display(), "release of the write lock failed");
        }
    }

    fn begin_snapshot(&self) -> Result<(), CopyError> {
        // The first read opens the snapshot.
        let begun = self.reader.execute_batch("BEGIN; SELECT COUNT(*) FROM sqlite_schema");
        begun.map_err(|error| self.copy_error(error))
    }

    fn copy(&self, to: &Path) -> Result<(), CopyError> {
        let write_failed = |source| CopyError::File { path: to.to_owned(), source };
        let failed = |source| CopyError::Database { path: to.to_owned(), source };
        let file = create_private_file(to).map_err(write_failed)?;
        let mut copy = Connection::open(to).map_err(failed)?;
        let copied = Backup::new(&self.reader, &mut copy).and_then(|backup| backup.step(-1));
        match copied.map_err(failed)? {
            StepResult::Done => {}
            _ => return Err(CopyError::Busy { path: self.path.clone() }),
        }
        let report: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(failed)?;
        if report != "ok" {
            return Err(CopyError::Damaged { path: to.to_owned(), report });
        }
        copy.close().map_err(|(_, source)| failed(source))?;
        file.sync_all().and_then(|()| to.parent().map_or(Ok(()), sync_folder)).map_err(write_failed)
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}
