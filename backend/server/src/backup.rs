//! Copies the data folder of a marketplace at one instant, while a server may run on it.
//!
//! The copy equals what a killed server would leave at that instant. A server that starts on it completes the work that
//! was in progress.

mod partial;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ticketing_platform::db::{CopyError, copy_together};
use ticketing_platform::files::{create_private_folder, sync_folder, write_private_file};

use self::partial::PartialBackup;
use crate::StackSettings;
use crate::data_dir::{KEY_FILES, database, listed_names, write_manifest};
use crate::databases::database_files;

/// The figures of a completed backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backup {
    /// The number of databases in the backup.
    pub databases: usize,
    /// The size of the databases on disk, in bytes.
    pub bytes: u64,
    /// The longest time that a write of the server waited for the copy.
    pub waited: Duration,
}

/// An error of [`back_up`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// This setting keeps a part of the marketplace outside of the folder.
    #[error("{0} is set: this marketplace is not kept in a folder alone")]
    NotInFolder(&'static str),
    /// The folder holds no marketplace.
    #[error("no marketplace is kept in {}", .0.display())]
    NoMarketplace(PathBuf),
    /// A database of the folder is missing.
    #[error("{} is missing", .0.display())]
    Missing(PathBuf),
    /// The target, or the folder for the partial backup, exists.
    #[error("{} exists", .0.display())]
    Exists(PathBuf),
    /// The target is in the data folder.
    #[error("{} is in the data folder", .0.display())]
    Inside(PathBuf),
    /// Another backup writes to the same target: it has this folder until it is complete.
    #[error("another backup is being written to {}", .0.display())]
    InProgress(PathBuf),
    /// A database could not be copied.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// Another file could not be copied.
    #[error("cannot copy to {}: {source}", path.display())]
    File {
        /// The copy.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
}

/// Copies the data folder of these settings to `target`, which must be absent or an empty folder. A server may run on
/// the data folder; its writes wait for a moment. The copy gets its name when it is complete.
///
/// # Errors
/// If a part of the marketplace is outside of the folder or missing, or the copy fails. The partial copy is removed.
pub fn back_up(settings: &StackSettings, target: &Path) -> Result<Backup, BackupError> {
    if settings.database.is_some() {
        return Err(BackupError::NotInFolder("TICKETING_DATABASE_URL"));
    }
    if settings.nats.is_some() {
        return Err(BackupError::NotInFolder("TICKETING_NATS_URL"));
    }
    let names = databases_of(settings)?;
    if fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_some()) || target.is_file() {
        return Err(BackupError::Exists(target.to_owned()));
    }
    if is_inside(target, &settings.data_dir) {
        return Err(BackupError::Inside(target.to_owned()));
    }
    let partial = PartialBackup::create(target)?;
    let made = copy_folder(&settings.data_dir, partial.path(), &names).and_then(|backup| {
        let moved = fs::rename(partial.path(), target);
        let synced = moved.and_then(|()| target.parent().map_or(Ok(()), sync_folder));
        synced.map_err(|source| BackupError::File { path: target.to_owned(), source }).map(|()| backup)
    });
    if made.is_err() {
        // The folder may not exist.
        drop(fs::remove_dir_all(partial.path()));
    }
    made
}

/// Returns whether a path, which need not exist, is in a folder.
fn is_inside(path: &Path, folder: &Path) -> bool {
    let (Ok(path), Ok(folder)) = (std::path::absolute(path), folder.canonicalize()) else { return false };
    let existing = path.ancestors().find_map(|ancestor| ancestor.canonicalize().ok());
    existing.is_some_and(|existing| existing.starts_with(folder))
}

/// Returns the databases to copy. Fails if one is missing that the server needs.
fn databases_of(settings: &StackSettings) -> Result<BTreeSet<String>, BackupError> {
    let folder = &settings.data_dir;
    let needed: BTreeSet<String> = database_files(settings).into_iter().map(str::to_owned).collect();
    let is_there = |name: &String| database(folder, name).is_file();
    let listed = listed_names(folder).map_err(|source| BackupError::File { path: folder.clone(), source })?;
    if listed.is_none() && !needed.iter().any(is_there) {
        return Err(BackupError::NoMarketplace(folder.clone()));
    }
    if let Some(missing) = needed.iter().find(|name| !is_there(name)) {
        return Err(BackupError::Missing(database(folder, missing)));
    }
    Ok(listed.into_iter().flatten().filter(is_there).chain(needed.iter().cloned()).collect())
}

fn copy_folder(from: &Path, to: &Path, names: &BTreeSet<String>) -> Result<Backup, BackupError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| BackupError::File { path, source }
    };
    create_private_folder(to).map_err(failed(to))?;
    let files: Vec<_> = names.iter().map(|name| (database(from, name), database(to, name))).collect();
    let waited = copy_together(&files)?;
    for name in KEY_FILES {
        let key = to.join(name);
        match fs::read_to_string(from.join(name)) {
            Ok(text) => write_private_file(&key, &text).map_err(failed(&key))?,
            // The folder has no key if a setting gives one.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(&from.join(name))(error)),
        }
    }
    write_manifest(to, names).map_err(failed(to))?;
    let sizes = files.iter().map(|(_, copy)| fs::metadata(copy).map_or(0, |file| file.len()));
    Ok(Backup { databases: names.len(), bytes: sizes.sum(), waited })
}
