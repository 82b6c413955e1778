//! The folder that holds everything a kept marketplace knows: private, locked, complete and watched.

mod manifest;
mod watch;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use secrecy::{ExposeSecret, SecretString};
use ticketing_platform::files::{
    OpenedPath, create_private_folder, permissions_of_others, write_private_file,
};

use crate::StartError;
pub(crate) use manifest::{Contents, MANIFEST, listed, write_list};
pub(crate) use watch::FolderWatch;
use watch::KeyProblem;

/// The file that keeps a second server of any version out.
const LOCK: &str = "lock";
/// The key that signs sessions.
pub(crate) const KEY: &str = "jwt.key";

/// The folder, locked for as long as this lives.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    place: OpenedPath,
    /// The key of the sessions, where it was read from the folder.
    key: OnceLock<SecretString>,
    // The folder itself is locked, and the file in it: that one can be deleted.
    _locks: Vec<File>,
}

impl DataDir {
    /// Makes the folder if need be and locks it.
    pub(crate) fn lock(path: &Path) -> Result<Self, StartError> {
        // A path below the current folder still leads there once that folder is moved; the next start would not follow it.
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
                Err(TryLockError::WouldBlock) => return Err(StartError::InUse { path: path.to_owned() }),
                Err(TryLockError::Error(error)) => tracing::warn!(
                    %error,
                    "this file system locks no folders; only the lock file keeps a second server out"
                ),
            }
            // Open in any case: as long as it is, no other folder gets its number.
            locks.push(folder);
        }
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock = options.open(path.join(LOCK)).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => locks.push(lock),
            Err(TryLockError::WouldBlock) => return Err(StartError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
        }
        let place = OpenedPath::of(path).map_err(unusable)?;
        Ok(Self { path: path.to_owned(), place, key: OnceLock::new(), _locks: locks })
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The database file of a service.
    pub(crate) fn database(&self, service: &str) -> PathBuf {
        database(&self.path, service)
    }

    /// Sees to it that the databases of these names are there, or that there is none yet.
    pub(crate) fn contents(&self, databases: &[&'static str]) -> Result<Contents, StartError> {
        Contents::check(&self.path, databases)
    }

    /// Watches the folder, these files of its databases, and what else the next start reads.
    pub(crate) fn watch(&self, databases: Vec<OpenedPath>) -> FolderWatch {
        FolderWatch::new(self.place.clone(), databases, self.key.get().cloned())
    }

    /// The key that sessions are signed with: made once, readable by its owner alone.
    pub(crate) fn session_key(&self) -> Result<SecretString, StartError> {
        let path = self.path.join(KEY);
        let unusable = |source| StartError::DataDir { path: path.clone(), source };
        let key = match read_key(&path)? {
            Some(key) => key,
            None => {
                if listed(&self.path).map_err(unusable)?.is_some() {
                    tracing::warn!(
                        file = %path.display(),
                        "the key of the sessions is missing; a new one is made, and all sessions end"
                    );
                }
                Self::make_key(&path).map_err(unusable)?
            }
        };
        Ok(self.key.get_or_init(|| key).clone())
    }

    fn make_key(path: &Path) -> io::Result<SecretString> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        write_private_file(path, &text)?;
        Ok(SecretString::from(text))
    }
}

/// The key in a file, as every start reads it; `None` where there is no file.
fn read_key(path: &Path) -> Result<Option<SecretString>, StartError> {
    let unusable = |source| StartError::DataDir { path: path.to_owned(), source };
    match fs::read_to_string(path) {
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

/// Whether a file holds this key, or why the next start would not find it there.
fn check_key(path: &Path, key: &SecretString) -> Result<(), KeyProblem> {
    match read_key(path) {
        Ok(Some(found)) if found.expose_secret() == key.expose_secret() => Ok(()),
        Ok(Some(_)) => Err(KeyProblem::Differs),
        Ok(None) => Err(KeyProblem::Missing),
        Err(error) => Err(KeyProblem::Unusable(error.to_string())),
    }
}

/// Where the database of a service lies in a data directory.
pub(crate) fn database(folder: &Path, service: &str) -> PathBuf {
    folder.join(format!("{service}.db"))
}

/// The files in the folder are private. The folder may be somebody's choice, so its mode is not changed.
fn warn_of_access(path: &Path) -> io::Result<()> {
    let others = permissions_of_others(path)?;
    if others != 0 {
        let (folder, mode) = (path.display(), format!("{:03o}", 0o700 | others));
        tracing::warn!(%folder, mode, "others have access to the data folder; run `chmod 700` on it");
    }
    Ok(())
}
