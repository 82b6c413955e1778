//! The data folder of a marketplace: private, locked, checked for completeness, and watched.

mod manifest;
mod watch;

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use data_encoding::HEXLOWER;
use secrecy::{ExposeSecret, SecretString};
use ticketing_platform::files::{
    OpenedPath, create_private_folder, permissions_of_others, read_text, write_private_file,
};
use ticketing_tickets::PassSigner;

use crate::StartError;
pub(crate) use manifest::{CheckedDatabases, MANIFEST, listed_names, write_manifest};
pub(crate) use watch::FolderWatch;
use watch::KeyProblem;

/// The file whose lock excludes a second server of any version.
const LOCK: &str = "lock";
/// The key that signs sessions.
pub(crate) const SESSION_KEY: &str = "jwt.key";
/// The key that signs the codes of passes.
pub(crate) const PASS_KEY: &str = "pass.key";
/// The keys that a folder may have.
pub(crate) const KEY_FILES: [&str; 2] = [SESSION_KEY, PASS_KEY];

/// The data folder, locked until this is dropped.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    opened: OpenedPath,
    /// The keys that were read from the folder.
    keys: [OnceLock<SecretString>; KEY_FILES.len()],
    // The folder and the file in it: the file alone can be deleted.
    _locks: Vec<File>,
}

impl DataDir {
    /// Creates the folder if it is absent, and locks it.
    pub(crate) fn lock(path: &Path) -> Result<Self, StartError> {
        // A relative path still resolves after the current folder was moved; the next start would not find the data.
        let absolute = std::path::absolute(path);
        let path = &absolute.map_err(|source| StartError::DataDir { path: path.to_owned(), source })?;
        let unusable = |source| StartError::DataDir { path: path.clone(), source };
        create_private_folder(path).map_err(unusable)?;
        warn_of_access(path).map_err(unusable)?;
        let mut locks = Vec::new();
        if cfg!(unix) {
            let folder = File::open(path).map_err(unusable)?;
            match folder.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(StartError::InUse(path.to_owned())),
                Err(TryLockError::Error(error)) => tracing::warn!(
                    %error,
                    "the file system cannot lock folders; only the lock file excludes a second server"
                ),
            }
            // While it is open, no other folder gets its inode number.
            locks.push(folder);
        }
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock = options.open(path.join(LOCK)).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => locks.push(lock),
            Err(TryLockError::WouldBlock) => return Err(StartError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
        }
        let opened = OpenedPath::record(path).map_err(unusable)?;
        Ok(Self { path: path.to_owned(), opened, keys: Default::default(), _locks: locks })
    }

    /// Returns the path of the folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns a watch on the folder, on these database files, and on the other files that the next start reads.
    pub(crate) fn watch(&self, databases: Vec<OpenedPath>) -> FolderWatch {
        let keys = KEY_FILES.into_iter().zip(&self.keys);
        let keys = keys.filter_map(|(name, key)| Some((name, key.get()?.clone()))).collect();
        FolderWatch::new(self.opened.clone(), databases, keys)
    }

    /// Returns the key that signs sessions. Creates it if it is absent, readable by its owner only.
    pub(crate) fn session_key(&self) -> Result<SecretString, StartError> {
        self.key(0, "all sessions end", || {
            let mut bytes = [0_u8; 32];
            getrandom::fill(&mut bytes).map_err(io::Error::other)?;
            Ok(HEXLOWER.encode(&bytes).into())
        })
    }

    /// Returns the key that signs the codes of passes. Creates it if it is absent, readable by its owner only.
    pub(crate) fn pass_key(&self) -> Result<SecretString, StartError> {
        self.key(1, "the codes of all passes change", || {
            PassSigner::generate_seed().map_err(|_| io::Error::other("the system has no randomness"))
        })
    }

    /// Reads the key with this number in [`KEY_FILES`]. If it is absent, makes it; `consequence` says what a new one causes.
    fn key(
        &self,
        number: usize,
        consequence: &str,
        make: impl FnOnce() -> io::Result<SecretString>,
    ) -> Result<SecretString, StartError> {
        let path = self.path.join(KEY_FILES[number]);
        let unusable = |source| StartError::DataDir { path: path.clone(), source };
        let key = match read_key(&path)? {
            Some(key) => key,
            None => {
                if listed_names(&self.path).map_err(unusable)?.is_some() {
                    tracing::warn!(file = %path.display(), consequence, "a key is missing; a new one is created");
                }
                let key = make().map_err(unusable)?;
                write_private_file(&path, key.expose_secret()).map_err(unusable)?;
                key
            }
        };
        Ok(self.keys[number].get_or_init(|| key).clone())
    }
}

/// Reads a key from a file, as every start does; `None` if the file is absent.
fn read_key(path: &Path) -> Result<Option<SecretString>, StartError> {
    let unusable = |source| StartError::DataDir { path: path.to_owned(), source };
    match read_text(path) {
        Ok(text) => {
            let others = permissions_of_others(path).map_err(unusable)?;
            if others != 0 {
                return Err(StartError::OpenKey { path: path.to_owned(), mode: 0o600 | others });
            }
            Ok(Some(SecretString::from(text.trim().to_owned())))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(error)),
    }
}

/// Checks that a file holds this key.
fn check_key(path: &Path, key: &SecretString) -> Result<(), KeyProblem> {
    match read_key(path) {
        Ok(Some(found)) if found.expose_secret() == key.expose_secret() => Ok(()),
        Ok(Some(_)) => Err(KeyProblem::Differs),
        Ok(None) => Err(KeyProblem::Missing),
        Err(error) => Err(KeyProblem::Unusable(error.to_string())),
    }
}

/// Returns the path of the database of a service in a data folder.
pub(crate) fn database(folder: &Path, service: &str) -> PathBuf {
    folder.join(format!("{service}.db"))
}

/// Warns if other users have access to the folder. Its files are private; the operator may have chosen its mode, so the
/// mode is kept.
fn warn_of_access(path: &Path) -> io::Result<()> {
    let others = permissions_of_others(path)?;
    if others != 0 {
        let (folder, mode) = (path.display(), format!("{:03o}", 0o700 | others));
        tracing::warn!(%folder, mode, "others have access to the data folder; run `chmod 700` on it");
    }
    Ok(())
}
