//! The files of a data directory, opened without changing anything there.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use ticketing_platform::db::{Db, DbOptions, ReadOnly};

use super::OfflineError;
use crate::StartError;

/// How the files of a data directory are read.
#[derive(Debug)]
pub(super) enum Access {
    /// No server uses them, and none can start for as long as this lives.
    Alone(Alone),
    /// A server may use them.
    BesideServer,
}

/// The locks of a folder that no server uses, and copies of the files in it that cannot be read as they are.
#[derive(Debug)]
pub(super) struct Alone {
    _locks: Vec<File>,
    copies: Option<TempDir>,
}

impl Alone {
    /// Keeps servers out of the folder while it is read. Nothing is made in it.
    pub(super) fn lock(folder: &Path) -> Result<Self, StartError> {
        let mut locks = Vec::new();
        for path in [folder.join("lock"), folder.to_owned()] {
            // A folder without a lock was copied. Not every system opens a folder, and not every file system locks one.
            let Ok(lock) = File::open(&path) else { continue };
            match lock.try_lock_shared() {
                Ok(()) => locks.push(lock),
                Err(TryLockError::WouldBlock) => {
                    return Err(StartError::InUse { path: folder.to_owned() });
                }
                Err(TryLockError::Error(_)) => {}
            }
        }
        Ok(Self { _locks: locks, copies: None })
    }

    /// A database as it is once its write-ahead log is taken into account. Reading that log in place would make files
    /// beside it, so it is copied first.
    fn open(&mut self, path: &Path) -> Result<Db, OfflineError> {
        let options = DbOptions { readers: 1, ..DbOptions::default() };
        let log = beside(path, "-wal");
        if log.metadata().map_or(0, |log| log.len()) == 0 {
            return Ok(Db::open_read_only(path, ReadOnly::Quiescent, options)?);
        }
        let copy = self.copy(path, &log);
        let copy = copy.map_err(|source| OfflineError::Copy { path: path.to_owned(), source })?;
        Ok(Db::open(copy, options, &[])?)
    }

    /// Copies a database and its write-ahead log into a folder that is private and deleted with this.
    fn copy(&mut self, path: &Path, log: &Path) -> io::Result<PathBuf> {
        let copies = match self.copies.take() {
            Some(copies) => copies,
            None => tempfile::tempdir()?,
        };
        let copy = self.copies.insert(copies).path().join(path.file_name().unwrap_or_default());
        std::fs::copy(path, &copy)?;
        std::fs::copy(log, beside(&copy, "-wal"))?;
        Ok(copy)
    }
}

impl Access {
    /// Opens the database in a file.
    pub(super) fn open(&mut self, path: &Path) -> Result<Db, OfflineError> {
        match self {
            Self::Alone(alone) => alone.open(path),
            Self::BesideServer => {
                let options = DbOptions { readers: 1, ..DbOptions::default() };
                Ok(Db::open_read_only(path, ReadOnly::BesideWriter, options)?)
            }
        }
    }
}

/// The file that SQLite keeps beside a database.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
