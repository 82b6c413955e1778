//! Copies SQLite databases together, as they are at one instant, beside the server that writes them.
//!
//! Databases are files of their own, so copies that are made one after the other do not fit together. Here the write locks of
//! all of them are taken, a snapshot of each is opened, and the locks are given back: writers wait for a moment,
//! whatever the size of the databases, and the snapshots are copied after that.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::files::{create_private_file, sync_folder};

/// How long the writers may have to wait in one attempt. Less than their patience, which is five seconds.
const ATTEMPT: Duration = Duration::from_secs(2);
/// The pause between two attempts, in which the writers go on.
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(500);
/// How many attempts are made.
const ATTEMPTS: u32 = 30;
/// How often a lock is tried for.
const LOCK_INTERVAL: Duration = Duration::from_millis(1);

/// Why databases could not be copied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CopyError {
    /// SQLite refused.
    #[error("cannot copy {}: {source}", path.display())]
    Database {
        /// The database, or its copy.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The copy could not be written.
    #[error("cannot write {}: {source}", path.display())]
    File {
        /// The copy.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Its writers left no room.
    #[error("{} was written to without a pause; try again", path.display())]
    Busy {
        /// The database whose lock was not to be had.
        path: PathBuf,
    },
    /// The copy is not sound.
    #[error("the copy {} is damaged: {report}", path.display())]
    Damaged {
        /// The copy.
        path: PathBuf,
        /// What the check of SQLite found.
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

/// Copies SQLite databases (from, to), as all of them are at one instant. Other processes may write them meanwhile. The copies
/// are private files, checked and on the disk. Answers how long writers had to wait at most.
///
/// # Errors
/// When a database cannot be read, its writers leave no room for a minute, or a copy is there already or cannot be written.
pub fn copy_together(files: &[(PathBuf, PathBuf)]) -> Result<Duration, CopyError> {
    let sources: Result<Vec<Source>, CopyError> = files.iter().map(|(from, _)| Source::open(from)).collect();
    let sources = sources?;
    let waited = snapshot(&sources)?;
    for (source, (_, to)) in sources.iter().zip(files) {
        source.copy(to)?;
    }
    Ok(waited)
}

/// Opens a snapshot of every database, all of the same instant.
fn snapshot(sources: &[Source]) -> Result<Duration, CopyError> {
    let mut attempt = 1;
    loop {
        let begun = Instant::now();
        let locked = lock_all(sources, begun + ATTEMPT);
        let opened = match &locked {
            Ok(()) => sources.iter().try_for_each(Source::begin_snapshot),
            Err(_) => Ok(()),
        };
        // The snapshots stay when the locks are given back.
        sources.iter().for_each(Source::unlock);
        opened?;
        match locked {
            Ok(()) => return Ok(begun.elapsed()),
            Err(CopyError::Busy { .. }) if attempt < ATTEMPTS => {}
            Err(error) => return Err(error),
        }
        attempt += 1;
        pause(BETWEEN_ATTEMPTS);
    }
}

/// Takes every write lock. No service waits for one database while it holds another, so this cannot be a deadlock.
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

#[expect(clippy::disallowed_methods, reason = "another process gives the lock back, and nothing tells when")]
fn pause(span: Duration) {
    std::thread::sleep(span);
}

impl Source {
    fn open(path: &Path) -> Result<Self, CopyError> {
        let open = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(path, flags)?;
            // Each lock is tried for, with a deadline for all.
            connection.busy_timeout(Duration::ZERO)?;
            Ok(connection)
        };
        let failed = |source| CopyError::Database { path: path.to_owned(), source };
        let (locker, reader) = (open().map_err(failed)?, open().map_err(failed)?);
        Ok(Self { path: path.to_owned(), locker, reader })
    }

    fn failed(&self, source: rusqlite::Error) -> CopyError {
        CopyError::Database { path: self.path.clone(), source }
    }

    fn try_lock(&self) -> Result<bool, CopyError> {
        match self.locker.execute_batch("BEGIN IMMEDIATE") {
            Ok(()) => Ok(true),
            Err(error) if is_busy(&error) => Ok(false),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn unlock(&self) {
        if !self.locker.is_autocommit()
            && let Err(error) = self.locker.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, file = %self.path.display(), "the write lock could not be given back");
        }
    }

    fn begin_snapshot(&self) -> Result<(), CopyError> {
        // The first statement that reads takes the snapshot.
        let begun = self.reader.execute_batch("BEGIN; SELECT COUNT(*) FROM sqlite_schema");
        begun.map_err(|error| self.failed(error))
    }

    fn copy(&self, to: &Path) -> Result<(), CopyError> {
        let unwritten = |source| CopyError::File { path: to.to_owned(), source };
        let failed = |source| CopyError::Database { path: to.to_owned(), source };
        let file = create_private_file(to).map_err(unwritten)?;
        let mut copy = Connection::open(to).map_err(failed)?;
        let done = Backup::new(&self.reader, &mut copy).and_then(|backup| backup.step(-1));
        match done.map_err(failed)? {
            StepResult::Done => {}
            _ => return Err(CopyError::Busy { path: self.path.clone() }),
        }
        let report: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(failed)?;
        if report != "ok" {
            return Err(CopyError::Damaged { path: to.to_owned(), report });
        }
        copy.close().map_err(|(_, source)| failed(source))?;
        file.sync_all().and_then(|()| to.parent().map_or(Ok(()), sync_folder)).map_err(unwritten)
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}
