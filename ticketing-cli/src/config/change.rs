//! Changes of the config file, one command at a time.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::Config;
use crate::failure::{Failure, Outcome};
use crate::home::private_folder;

impl Config {
    /// Reads the file, changes it, and writes it, under a lock: no change of another command is lost.
    ///
    /// # Errors
    /// If the file cannot be read or written, or `change` fails; then it is as it was.
    pub(crate) fn change<T>(
        path: Option<PathBuf>,
        change: impl FnOnce(&mut Self) -> Outcome<T>,
    ) -> Outcome<T> {
        let lock = path.as_deref().map(lock).transpose()?;
        let mut config = Self::read(path)?;
        let changed = change(&mut config)?;
        config.save()?;
        drop(lock);
        Ok(changed)
    }

    /// Writes the file. Comments and other tables stay, as do its permissions and a link to it; a reader sees the old file or the
    /// new one.
    fn save(&self) -> Outcome {
        let path = self.path.as_deref().ok_or_else(|| {
            Failure::failed("this user has no home directory")
                .hint("set TICKETING_HOME to the folder in which the client may keep its things")
        })?;
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let incomplete = target.with_extension(format!("toml.{}", std::process::id()));
        let write = || {
            let mut file = private(&incomplete)?;
            file.set_len(0)?;
            file.write_all(self.document.to_string().as_bytes())?;
            if let Ok(old) = fs::metadata(&target) {
                file.set_permissions(old.permissions())?;
            }
            file.sync_all()?;
            fs::rename(&incomplete, &target)
        };
        write().map_err(|error| {
            let _ = fs::remove_file(&incomplete);
            unwritable(path, &error)
        })
    }
}

/// Waits for the lock, which the marketplace on the terminal takes, too. It is a file of its own, because the config file is
/// replaced.
fn lock(path: &Path) -> Outcome<File> {
    let lock = || {
        private_folder(path.parent().unwrap_or(Path::new(".")))?;
        let file = private(&path.with_extension("toml.lock"))?;
        file.lock()?;
        Ok(file)
    };
    lock().map_err(|error| unwritable(path, &error))
}

/// Opens a file that only its owner can read, and creates it if there is none.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("cannot write {}: {error}", path.display()))
        .hint("make the folder writable, or set TICKETING_HOME to another one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_side_by_side_are_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
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

    #[cfg(unix)]
    #[test]
    fn link_and_permissions_stay() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (path, target) = (folder.path().join("config.toml"), folder.path().join("dotfiles.toml"));
        fs::write(&target, "").unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        let change = |config: &mut Config| {
            config.set("output", Some("json"));
            Ok(())
        };
        Config::change(Some(path.clone()), change).unwrap();
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&target).unwrap(), "output = \"json\"\n");
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
