//! The files of a SQLite database: private, and checked while they are open.
//!
//! A process can still write to a file that was moved or deleted, and the next start does not find those writes. So the
//! writer checks the files before each transaction and before its replies.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::open_error;
use crate::db::OpenError;
use crate::files::{OpenedPath, create_private_file, create_private_folder, tighten_file};

/// The suffixes of the files of a database: itself, its write-ahead log, and the index of the log.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

/// The open files of a database.
#[derive(Debug)]
pub(super) struct Files {
    paths: Vec<OpenedPath>,
    is_missing: AtomicBool,
}

impl Files {
    /// Creates the folder and an empty file if they are missing, and makes the files private. SQLite creates the files
    /// beside the database with the same mode.
    pub(super) fn prepare(path: &Path) -> Result<(), OpenError> {
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

    /// Records the identities of the files, all of which are open now.
    pub(super) fn opened(path: &Path) -> Result<Self, OpenError> {
        let paths = SUFFIXES.iter().map(|suffix| {
            let opened = OpenedPath::of(with_suffix(path, suffix))?;
            // The write-ahead log is empty now and then; the database never is.
            Ok(if suffix.is_empty() { opened.requiring_content() } else { opened })
        });
        let paths = paths.collect::<io::Result<_>>().map_err(|error| open_error(path, &error))?;
        Ok(Self { paths, is_missing: AtomicBool::new(false) })
    }

    /// Returns the path of the first file that was moved, deleted or replaced. Logs a change between missing and
    /// complete.
    pub(super) fn missing(&self) -> Option<&Path> {
        let missing = self.paths.iter().find(|path| !path.is_unchanged()).map(OpenedPath::path);
        let was_missing = self.is_missing.load(Ordering::Relaxed);
        if missing.is_some() != was_missing
            && self.is_missing.swap(missing.is_some(), Ordering::Relaxed) == was_missing
        {
            match missing {
                Some(path) => tracing::error!(
                    file = %path.display(),
                    "database file moved or deleted; refusing writes until it is back"
                ),
                None => tracing::warn!(
                    file = %self.paths[0].path().display(),
                    "database files are back; accepting writes"
                ),
            }
        }
        missing
    }

    /// Prevents a checkpoint when `connection` is closed, if its files were moved: SQLite would delete the write-ahead
    /// log of other files at the same paths.
    pub(super) fn protect_replacements(&self, connection: &Connection) {
        if self.missing().is_some()
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
