//! Opens the files of a data directory without changing them.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use ticketing_platform::db::{Db, DbOptions, ReadOnly};

use super::target_error::AuditTargetError;
use crate::StartError;

/// The way to read the files of a data directory.
#[derive(Debug)]
pub(super) enum Access {
    /// No server uses the files, and none can start until this is dropped.
    Exclusive(LockedFolder),
    /// A server may use the files.
    BesideServer,
}

/// The locks of a folder that no server uses, and copies of the databases with a write-ahead log.
#[derive(Debug)]
pub(super) struct LockedFolder {
    _locks: Vec<File>,
    copies: Option<TempDir>,
}

impl LockedFolder {
    /// Locks the folder, so that no server starts while it is read. Creates no file in it.
    pub(super) fn lock(folder: &Path) -> Result<Self, StartError> {
        let mut locks = Vec::new();
        for path in [folder.join("lock"), folder.to_owned()] {
            // A folder without a lock was copied. Not every system opens a folder, and not every file system locks one.
            let Ok(lock) = File::open(&path) else { continue };
            match lock.try_lock_shared() {
                Ok(()) => locks.push(lock),
                Err(TryLockError::WouldBlock) => {
                    return Err(StartError::InUse(folder.to_owned()));
                }
                Err(TryLockError::Error(_)) => {}
            }
        }
        Ok(Self { _locks: locks, copies: None })
    }

    /// Opens a database with the changes of its write-ahead log. SQLite would create files beside that log, so both are
    /// copied first.
    fn open(&mut self, path: &Path) -> Result<Db, AuditTargetError> {
        let options = DbOptions { readers: 1, ..DbOptions::default() };
        let log = file_beside(path, "-wal");
        if log.metadata().map_or(0, |log| log.len()) == 0 {
            return Ok(Db::open_read_only(path, ReadOnly::Quiescent, options)?);
        }
        let copy = self.copy(path, &log);
        let copy = copy.map_err(|source| AuditTargetError::Copy { path: path.to_owned(), source })?;
        Ok(Db::open(copy, options, &[])?)
    }

    /// Copies a database and its write-ahead log into a private folder, which is deleted on drop.
    fn copy(&mut self, path: &Path, log: &Path) -> io::Result<PathBuf> {
        let copies = match self.copies.take() {
            Some(copies) => copies,
            None => tempfile::tempdir()?,
        };
        let copy = self.copies.insert(copies).path().join(path.file_name().unwrap_or_default());
        std::fs::copy(path, &copy)?;
        std::fs::copy(log, file_beside(&copy, "-wal"))?;
        Ok(copy)
    }
}

impl Access {
    /// Opens the database in a file.
    pub(super) fn open(&mut self, path: &Path) -> Result<Db, AuditTargetError> {
        match self {
            Self::Exclusive(locked) => locked.open(path),
            Self::BesideServer => {
                let options = DbOptions { readers: 1, ..DbOptions::default() };
                Ok(Db::open_read_only(path, ReadOnly::BesideWriter, options)?)
            }
        }
    }
}

/// Returns the file that SQLite keeps beside a database.
fn file_beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
