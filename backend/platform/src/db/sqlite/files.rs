//! The files of a SQLite database: private, and watched while they are open.
//!
//! A process keeps writing into a file that was moved or deleted, and the next start does not find what was written there.
//! So the writer looks before it begins and before it answers.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::unopened;
use crate::db::OpenError;
use crate::files::{OpenedPath, create_private_file, create_private_folder, tighten_file};

/// What SQLite appends to the name of the database: itself, its write-ahead log, and the index of that.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

/// The open files of a database.
#[derive(Debug)]
pub(super) struct Files {
    paths: Vec<OpenedPath>,
    is_missing: AtomicBool,
}

impl Files {
    /// Makes the folder and an empty file where there are none, and closes what others can read. SQLite gives the files
    /// beside the database the same mode.
    pub(super) fn prepare(path: &Path) -> Result<(), OpenError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            create_private_folder(folder)
                .map_err(|source| OpenError::Folder { path: folder.to_owned(), source })?;
        }
        match create_private_file(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => SUFFIXES.iter().try_for_each(|suffix| tighten_file(&with_suffix(path, suffix))),
        }
        .map_err(|error| unopened(path, &error))
    }

    /// The files as they are now: open, each of them.
    pub(super) fn opened(path: &Path) -> Result<Self, OpenError> {
        let paths = SUFFIXES.iter().map(|suffix| OpenedPath::of(with_suffix(path, suffix)));
        let paths = paths.collect::<io::Result<_>>().map_err(|error| unopened(path, &error))?;
        Ok(Self { paths, is_missing: AtomicBool::new(false) })
    }

    /// The path that its open file is no longer at, if any. A change for the worse or the better is logged.
    pub(super) fn missing(&self) -> Option<&Path> {
        let missing = self.paths.iter().find(|path| !path.is_unchanged()).map(OpenedPath::path);
        let was_missing = self.is_missing.load(Ordering::Relaxed);
        if missing.is_some() != was_missing
            && self.is_missing.swap(missing.is_some(), Ordering::Relaxed) == was_missing
        {
            match missing {
                Some(path) => tracing::error!(
                    file = %path.display(),
                    "an open database file was moved or deleted; writes are refused until it is back"
                ),
                None => tracing::warn!(
                    file = %self.paths[0].path().display(),
                    "the database files are back; writes are accepted"
                ),
            }
        }
        missing
    }

    /// Leaves the paths alone when `connection` is closed, if others have them now: SQLite would delete the write-ahead log
    /// that it finds there.
    pub(super) fn spare_others(&self, connection: &Connection) {
        if self.missing().is_some()
            && let Err(error) = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        {
            tracing::error!(%error, "the files at the paths of a moved database could not be spared");
        }
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
