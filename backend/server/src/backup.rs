//! A backup of a marketplace that is kept in a folder: everything in it as it is at one instant, beside a running server.
//!
//! The copy is what a killed server would leave at that instant, so a server that starts on it settles what was under way.

mod partial;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ticketing_platform::db::{CopyError, copy_together};
use ticketing_platform::files::{create_private_folder, sync_folder, write_private_file};

use self::partial::Partial;
use crate::StackSettings;
use crate::data_dir::{KEY, database, listed, write_list};
use crate::databases::files_of;

/// A backup that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backup {
    /// The databases in it.
    pub databases: usize,
    /// What it takes on the disk, in bytes.
    pub bytes: u64,
    /// How long the writes of a server had to wait at most.
    pub waited: Duration,
}

/// Why no backup was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The marketplace is not, or not all, in its folder.
    #[error("{0} is set: this marketplace is not kept in a folder alone")]
    Elsewhere(&'static str),
    /// No marketplace was ever kept there.
    #[error("no marketplace is kept in {}", path.display())]
    NoMarketplace {
        /// The folder.
        path: PathBuf,
    },
    /// The folder is not whole.
    #[error("{} is missing", path.display())]
    Missing {
        /// The database.
        path: PathBuf,
    },
    /// Something is where the backup is to be.
    #[error("{} exists", path.display())]
    Exists {
        /// The folder of the backup, or the one that it is made in.
        path: PathBuf,
    },
    /// The backup would be a part of what it copies.
    #[error("{} is in the data folder", path.display())]
    Inside {
        /// The folder of the backup.
        path: PathBuf,
    },
    /// Another backup is being made there.
    #[error("another backup is being written to {}", path.display())]
    InProgress {
        /// The folder that it is made in.
        path: PathBuf,
    },
    /// A database could not be copied.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// Another file could not be copied.
    #[error("cannot copy to {}: {source}", path.display())]
    File {
        /// The copy.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Copies the data folder of these settings to `target`, a folder that does not exist yet or is empty. A server may run on it:
/// its writes wait for a moment. The copy appears under its name when it is whole.
///
/// # Errors
/// When the marketplace is not in a folder or not all there, or the copy cannot be made. What was begun is removed.
pub fn back_up(settings: &StackSettings, target: &Path) -> Result<Backup, BackupError> {
    if settings.database.is_some() {
        return Err(BackupError::Elsewhere("TICKETING_DATABASE_URL"));
    }
    if settings.nats.is_some() {
        return Err(BackupError::Elsewhere("TICKETING_NATS_URL"));
    }
    let names = databases_of(settings)?;
    if fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_some()) || target.is_file() {
        return Err(BackupError::Exists { path: target.to_owned() });
    }
    if is_inside(target, &settings.data_dir) {
        return Err(BackupError::Inside { path: target.to_owned() });
    }
    let partial = Partial::begin(target)?;
    let made = copy_folder(&settings.data_dir, partial.path(), &names).and_then(|backup| {
        let moved = fs::rename(partial.path(), target);
        let synced = moved.and_then(|()| target.parent().map_or(Ok(()), sync_folder));
        synced.map_err(|source| BackupError::File { path: target.to_owned(), source }).map(|()| backup)
    });
    if made.is_err() {
        // It may not even have been made.
        drop(fs::remove_dir_all(partial.path()));
    }
    made
}

/// Whether a path, which may not exist yet, leads into a folder.
fn is_inside(path: &Path, folder: &Path) -> bool {
    let (Ok(path), Ok(folder)) = (std::path::absolute(path), folder.canonicalize()) else { return false };
    let existing = path.ancestors().find_map(|ancestor| ancestor.canonicalize().ok());
    existing.is_some_and(|existing| existing.starts_with(folder))
}

/// The databases that are to be in the backup; those that the server needs are there.
fn databases_of(settings: &StackSettings) -> Result<BTreeSet<String>, BackupError> {
    let folder = &settings.data_dir;
    let needed: BTreeSet<String> = files_of(settings).into_iter().map(str::to_owned).collect();
    let is_there = |name: &String| database(folder, name).is_file();
    let listed = listed(folder).map_err(|source| BackupError::File { path: folder.clone(), source })?;
    if listed.is_none() && !needed.iter().any(is_there) {
        return Err(BackupError::NoMarketplace { path: folder.clone() });
    }
    if let Some(missing) = needed.iter().find(|name| !is_there(name)) {
        return Err(BackupError::Missing { path: database(folder, missing) });
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
    // Where the key is given by a setting there is none in the folder.
    let key = to.join(KEY);
    match fs::read_to_string(from.join(KEY)) {
        Ok(text) => write_private_file(&key, &text).map_err(failed(&key))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(&from.join(KEY))(error)),
    }
    write_list(to, names).map_err(failed(to))?;
    let sizes = files.iter().map(|(_, copy)| fs::metadata(copy).map_or(0, |file| file.len()));
    Ok(Backup { databases: names.len(), bytes: sizes.sum(), waited })
}
