//! The folder of a backup until it is complete.
//!
//! It is locked while the backup is written, so that the leftover of a killed backup is distinguished from a backup
//! under way.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use ticketing_platform::files::{OpenedPath, create_private_folder};

use super::BackupError;
use crate::data_dir::KEY_FILES;

/// The folder, locked until this is dropped.
#[derive(Debug)]
pub(super) struct PartialBackup {
    path: PathBuf,
    // `None` where the system cannot open folders.
    _lock: Option<File>,
}

impl PartialBackup {
    /// Creates the folder beside `target`. Removes the leftover of a killed backup first.
    pub(super) fn create(target: &Path) -> Result<Self, BackupError> {
        let path = target.with_added_extension("partial");
        // Held until the new folder is locked: another backup that waits for it must not take the new one for a
        // leftover.
        let _former = if path.exists() { Some(remove_leftover(&path)?) } else { None };
        create_private_folder(&path).map_err(|source| BackupError::File { path: path.clone(), source })?;
        let lock = lock(&path)?;
        Ok(Self { path, _lock: lock })
    }

    /// Returns the path of the folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Locks a folder where the system can, and checks that it is still the one at its path.
fn lock(path: &Path) -> Result<Option<File>, BackupError> {
    if cfg!(not(unix)) {
        return Ok(None);
    }
    let failed = |source| BackupError::File { path: path.to_owned(), source };
    let in_progress = || BackupError::InProgress(path.to_owned());
    let opened = OpenedPath::record(path).map_err(failed)?;
    let folder = File::open(path).map_err(failed)?;
    match folder.try_lock() {
        Ok(()) if opened.is_unchanged() => Ok(Some(folder)),
        Ok(()) | Err(TryLockError::WouldBlock) => Err(in_progress()),
        // This file system cannot lock folders.
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

/// Removes a folder that holds files of a backup and nothing else, and returns its lock.
fn remove_leftover(path: &Path) -> Result<Option<File>, BackupError> {
    let failed = |source| BackupError::File { path: path.to_owned(), source };
    let exists = || BackupError::Exists(path.to_owned());
    if !path.is_dir() || path.is_symlink() {
        return Err(exists());
    }
    let Some(lock) = lock(path)? else { return Err(exists()) };
    for entry in fs::read_dir(path).map_err(failed)? {
        if !is_backup_file(&entry.map_err(failed)?.file_name().to_string_lossy()) {
            return Err(exists());
        }
    }
    fs::remove_dir_all(path).map_err(failed)?;
    Ok(Some(lock))
}

/// Returns whether a backup writes a file of this name.
fn is_backup_file(name: &str) -> bool {
    let name = name.strip_suffix(".new").unwrap_or(name);
    let is_database = [".db", ".db-journal", ".db-wal", ".db-shm"].iter().any(|end| name.ends_with(end));
    is_database || KEY_FILES.contains(&name) || name == "manifest"
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn leftover_of_killed_backup_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("copy");
        let leftover = folder.path().join("copy.partial");
        fs::create_dir(&leftover).unwrap();
        fs::write(leftover.join("orders.db"), "half").unwrap();
        fs::write(leftover.join("jwt.key.new"), "half").unwrap();
        let partial = PartialBackup::create(&target).unwrap();
        assert_eq!(fs::read_dir(partial.path()).unwrap().count(), 0);
        let second = PartialBackup::create(&target);
        assert!(matches!(second, Err(BackupError::InProgress { .. })), "{second:?}");
        drop(partial);
        PartialBackup::create(&target).unwrap();
    }

    #[test]
    fn folder_with_other_files_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let theirs = folder.path().join("copy.partial");
        fs::create_dir(&theirs).unwrap();
        fs::write(theirs.join("letter.txt"), "Dear Ada").unwrap();
        let refused = PartialBackup::create(&folder.path().join("copy"));
        assert!(matches!(&refused, Err(BackupError::Exists(path)) if *path == theirs), "{refused:?}");
        assert!(theirs.join("letter.txt").exists());
    }
}
