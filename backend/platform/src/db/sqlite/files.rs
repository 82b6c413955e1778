//! The files of a SQLite database: private, and checked while they are open.
//!
//! A process can still write to a file that was moved or deleted, and the next start does not find those writes. So the
//! writer checks the files before each transaction, before its commit and before its replies.

use std::io;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::open_error;
use crate::db::OpenError;
use crate::files::{OpenedPath, PathChange, create_private_file, create_private_folder, tighten_file};

/// The suffix of the write-ahead log.
const LOG: &str = "-wal";
/// The suffix of the index of the log.
const LOG_INDEX: &str = "-shm";
/// The suffixes of the files of a database.
const SUFFIXES: [&str; 3] = ["", LOG, LOG_INDEX];
/// The length to which SQLite cuts a longer log when it begins again, in bytes.
pub(in crate::db) const LOG_LIMIT: u64 = 8 * 1024 * 1024;

/// The open files of a database.
#[derive(Debug)]
pub(in crate::db) struct Files {
    paths: [OpenedPath; 3],
    /// The change that was logged last, if it has not ended.
    logged: Mutex<Option<PathChange>>,
}

/// A changed file of a database.
#[derive(Clone, Copy, Debug)]
pub(in crate::db) struct ChangedFile<'f> {
    path: &'f Path,
    change: PathChange,
}

impl std::fmt::Display for ChangedFile<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self.change {
            PathChange::Moved => "moved or deleted",
            PathChange::Shortened => "shortened by another program",
        };
        write!(f, "{} was {what}", self.path.display())
    }
}

impl Files {
    /// Creates the folder and an empty file if they are missing, and makes the files private. SQLite creates the files
    /// beside the database with the same mode.
    pub(in crate::db) fn prepare(path: &Path) -> Result<(), OpenError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            create_private_folder(folder)
                .map_err(|source| OpenError::Folder { path: folder.to_owned(), source })?;
        }
        match create_private_file(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => SUFFIXES.iter().try_for_each(|suffix| tighten_file(&with_suffix(path, suffix))),
        }
        .map_err(|error| open_error(path, &error))
    }

    /// Records the identities and the lengths of the files, all of which are open now.
    pub(in crate::db) fn record(path: &Path) -> Result<Self, OpenError> {
        let open = || {
            Ok([
                // SQLite shortens a database for `VACUUM` only, which nothing here runs.
                OpenedPath::record_growing(path)?,
                // Another process that opens the database may empty the log.
                OpenedPath::record(with_suffix(path, LOG))?,
                OpenedPath::record(with_suffix(path, LOG_INDEX))?,
            ])
        };
        let paths = open().map_err(|error: io::Error| open_error(path, &error))?;
        Ok(Self { paths, logged: Mutex::default() })
    }

    /// Returns the first file that was moved, deleted, replaced or shortened. Logs each change once, and its end.
    pub(in crate::db) fn find_change(&self) -> Option<ChangedFile<'_>> {
        let changed = self
            .paths
            .iter()
            .find_map(|path| path.change().map(|change| ChangedFile { path: path.path(), change }));
        let change = changed.map(|changed| changed.change);
        if std::mem::replace(&mut *self.logged.lock(), change) != change {
            match changed {
                Some(ChangedFile { path, change: PathChange::Moved }) => tracing::error!(
                    file = %path.display(),
                    "database file moved or deleted; refusing writes until it is back"
                ),
                Some(ChangedFile { path, change: PathChange::Shortened }) => tracing::error!(
                    file = %path.display(),
                    "database file emptied or cut by another program; refusing writes: stop the server, restore the folder \
                     from a backup, and start it again"
                ),
                None => tracing::warn!(
                    file = %self.paths[0].path().display(),
                    "database files are back; accepting writes"
                ),
            }
        }
        changed
    }

    /// Prevents a checkpoint when `connection` is closed, if its files were moved or cut: SQLite would delete the
    /// write-ahead log of other files at the same paths, or copy what is left of a log.
    pub(in crate::db) fn protect_replacements(&self, connection: &Connection) {
        if self.find_change().is_some()
            && let Err(error) = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        {
            tracing::error!(%error, "cannot disable the checkpoint of a moved database");
        }
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
