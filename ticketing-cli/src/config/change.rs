//! Changes of the config file, by one program at a time.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Config;
use crate::client_dirs::private_folder;
use crate::failure::{CliResult, Failure};
use crate::files::{self, MIB};

/// How long a command waits for the programs that change the file before it.
const LOCK_TIMEOUT: Duration = Duration::from_secs(60);
const LOCK_RETRY_PAUSE: Duration = Duration::from_millis(5);

impl Config {
    /// Reads the file, changes it, and writes it, under a lock: no change of another command is lost.
    ///
    /// # Errors
    /// If the file cannot be read or written, or `change` fails; then it is as it was.
    pub(crate) fn change<T>(
        path: Option<PathBuf>,
        change: impl FnOnce(&mut Self) -> CliResult<T>,
    ) -> CliResult<T> {
        let locked = path.as_deref().map(|path| LockedFile::open(path, LOCK_TIMEOUT)).transpose();
        let written = |error: io::Error, path: &Path| {
            Failure::failed(format!("cannot write {}: {error}", path.display()))
                .hint("make the folder writable, or set TICKETING_HOME to another one")
        };
        let locked = locked.map_err(|error| written(error, path.as_deref().unwrap_or(Path::new(""))))?;
        let mut config = Self::read(path)?;
        let changed = change(&mut config)?;
        let locked = locked.ok_or_else(|| {
            Failure::failed("this user has no home directory")
                .hint("set TICKETING_HOME to the folder in which the client can store its data")
        })?;
        locked.replace(&config.document.to_string()).map_err(|error| written(error, &locked.path))?;
        Ok(changed)
    }
}

/// The config file, under its lock. The lock is a file of its own, because the config file is replaced.
#[derive(Debug)]
pub(crate) struct LockedFile {
    /// The file itself, where the path is a symbolic link.
    path: PathBuf,
    _lock: File,
}

impl LockedFile {
    /// Waits for the lock.
    ///
    /// # Errors
    /// If the folder cannot be written to, or other programs hold the lock for so long.
    #[expect(
        clippy::disallowed_methods,
        reason = "another program's lock cannot be waited for with a deadline"
    )]
    pub(crate) fn open(path: &Path, timeout: Duration) -> io::Result<Self> {
        private_folder(path.parent().unwrap_or(Path::new(".")))?;
        let lock = files::private().open(path.with_extension("toml.lock"))?;
        let end = Instant::now() + timeout;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Self { path: follow_links(path)?, _lock: lock }),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if Instant::now() >= end => {
                    return Err(io::Error::new(ErrorKind::TimedOut, "another program is writing it"));
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_RETRY_PAUSE),
            }
        }
    }

    /// Returns the text of the file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn text(&self) -> io::Result<String> {
        text(&self.path)
    }

    /// Writes the file. Its permissions and a link to it stay; a reader sees the old file or the new one.
    ///
    /// # Errors
    /// If it cannot be written; then it is as it was.
    pub(crate) fn replace(&self, text: &str) -> io::Result<()> {
        let permissions = fs::metadata(&self.path).ok().map(|old| old.permissions());
        files::replace(&self.path, text.as_bytes(), permissions)
    }
}

/// Returns the text of a config file: nothing if there is no file.
///
/// # Errors
/// If it cannot be read, is not text, or is larger than a mebibyte: the path can lead to an endless device.
pub(crate) fn text(path: &Path) -> io::Result<String> {
    match files::read(path, MIB) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        read => String::from_utf8(read?).map_err(|error| io::Error::new(ErrorKind::InvalidData, error)),
    }
}

/// The file to which symbolic links lead, which need not be there yet.
fn follow_links(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => match fs::read_link(path) {
            Ok(target) => Ok(path.parent().unwrap_or(Path::new(".")).join(target)),
            Err(_) => Ok(path.to_owned()),
        },
        found => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_side_by_side_are_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deeper/config.toml");
        std::thread::scope(|scope| {
            for number in 0..20 {
                let path = path.clone();
                scope.spawn(move || {
                    Config::change(Some(path), |config| {
                        config.set_alias(&format!("a{number}"), "whoami");
                        Ok(())
                    })
                    .unwrap();
                });
            }
        });
        assert_eq!(Config::read(Some(path)).unwrap().aliases().len(), 20);
    }

    #[test]
    fn file_that_another_program_locks_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let held = LockedFile::open(&path, Duration::ZERO).unwrap();
        let refused = LockedFile::open(&path, Duration::ZERO).unwrap_err();
        assert_eq!(refused.to_string(), "another program is writing it");
        drop(held);
        LockedFile::open(&path, Duration::ZERO).unwrap().replace("output = \"json\"\n").unwrap();
        assert_eq!(text(&path).unwrap(), "output = \"json\"\n");
    }

    #[cfg(unix)]
    #[test]
    fn link_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, target) = (folder.path().join("config.toml"), folder.path().join("dotfiles.toml"));
        symlink("dotfiles.toml", &path).unwrap();
        let change = |output: &str| {
            Config::change(Some(path.clone()), |config| {
                config.set("output", Some(output));
                Ok(())
            })
            .unwrap();
        };
        // The target of the link does not exist yet.
        change("csv");
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
        change("json");
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&target).unwrap(), "output = \"json\"\n");
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn endless_file_is_not_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert_eq!(text(&path).unwrap_err().to_string(), "it is larger than 1 MiB");
    }
}
