//! The folder that a backup is made in before it gets its name.
//!
//! It is locked for as long as the backup is made, so that what a killed backup has left is told from one under way.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use ticketing_platform::files::{OpenedPath, create_private_folder};

use super::BackupError;

/// The folder, locked until this is dropped.
#[derive(Debug)]
pub(super) struct Partial {
    path: PathBuf,
    // Nothing where folders cannot be opened.
    _lock: Option<File>,
}

impl Partial {
    /// Makes the folder beside `target`. What a killed backup has left there is removed first.
    pub(super) fn begin(target: &Path) -> Result<Self, BackupError> {
        let path = target.with_added_extension("partial");
        // Held until the new folder is locked: another backup that waits for it must not take the new one for a leftover.
        let _former = if path.exists() { Some(remove_leftover(&path)?) } else { None };
        create_private_folder(&path).map_err(|source| BackupError::File { path: path.clone(), source })?;
        let lock = lock(&path)?;
        Ok(Self { path, _lock: lock })
    }

    /// The path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Locks a folder where the system can, and sees to it that it is still the one at its path.
fn lock(path: &Path) -> Result<Option<File>, BackupError> {
    if cfg!(not(unix)) {
        return Ok(None);
    }
    let failed = |source| BackupError::File { path: path.to_owned(), source };
    let in_progress = || BackupError::InProgress { path: path.to_owned() };
    let place = OpenedPath::of(path).map_err(failed)?;
    let folder = File::open(path).map_err(failed)?;
    match folder.try_lock() {
        Ok(()) if place.is_unchanged() => Ok(Some(folder)),
        Ok(()) | Err(TryLockError::WouldBlock) => Err(in_progress()),
        // This file system locks no folders.
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

/// Removes what a killed backup has left, if it is nothing else, and answers its lock.
fn remove_leftover(path: &Path) -> Result<Option<File>, BackupError> {
    let failed = |source| BackupError::File { path: path.to_owned(), source };
    let exists = || BackupError::Exists { path: path.to_owned() };
    if !path.is_dir() || path.is_symlink() {
        return Err(exists());
    }
    let Some(lock) = lock(path)? else { return Err(exists()) };
    for entry in fs::read_dir(path).map_err(failed)? {
        if !is_of_backup(&entry.map_err(failed)?.file_name().to_string_lossy()) {
            return Err(exists());
        }
    }
    fs::remove_dir_all(path).map_err(failed)?;
    Ok(Some(lock))
}

/// Whether a backup makes a file of this name.
fn is_of_backup(name: &str) -> bool {
    let name = name.strip_suffix(".new").unwrap_or(name);
    let is_database = [".db", ".db-journal", ".db-wal", ".db-shm"].iter().any(|end| name.ends_with(end));
    is_database || matches!(name, "jwt.key" | "manifest")
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn leftover_of_a_killed_backup_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("copy");
        let leftover = folder.path().join("copy.partial");
        fs::create_dir(&leftover).unwrap();
        fs::write(leftover.join("orders.db"), "half").unwrap();
        fs::write(leftover.join("jwt.key.new"), "half").unwrap();
        let partial = Partial::begin(&target).unwrap();
        assert_eq!(fs::read_dir(partial.path()).unwrap().count(), 0);
        let second = Partial::begin(&target);
        assert!(matches!(second, Err(BackupError::InProgress { .. })), "{second:?}");
        drop(partial);
        Partial::begin(&target).unwrap();
    }

    #[test]
    fn folder_that_no_backup_has_made_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let theirs = folder.path().join("copy.partial");
        fs::create_dir(&theirs).unwrap();
        fs::write(theirs.join("letter.txt"), "Dear Ada").unwrap();
        let refused = Partial::begin(&folder.path().join("copy"));
        assert!(matches!(&refused, Err(BackupError::Exists { path }) if *path == theirs), "{refused:?}");
        assert!(theirs.join("letter.txt").exists());
    }
}
