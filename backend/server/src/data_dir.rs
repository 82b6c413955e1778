//! The folder that holds everything a kept marketplace knows: private, locked, complete and watched.

mod manifest;
mod watch;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use ticketing_platform::files::{
    OpenedPath, create_private_folder, permissions_of_others, write_private_file,
};

use crate::StartError;
pub(crate) use manifest::{Contents, MANIFEST, listed, write_list};
pub(crate) use watch::FolderWatch;

/// The file that keeps a second server of any version out.
const LOCK: &str = "lock";
/// The key that signs sessions.
pub(crate) const KEY: &str = "jwt.key";

/// The folder, locked for as long as this lives.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    place: OpenedPath,
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
        Ok(Self { path: path.to_owned(), place, _locks: locks })
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

    /// Watches the folder, these databases in it, all of which are there, and the files that the next start reads.
    pub(crate) fn watch(&self, databases: &[&'static str]) -> Result<FolderWatch, StartError> {
        let places = databases.iter().map(|name| {
            let path = self.database(name);
            OpenedPath::of(&path).map_err(|source| StartError::DataDir { path, source })
        });
        let places: Result<Vec<_>, _> = places.collect();
        // The key is not there where a setting gives it.
        let files = [MANIFEST, KEY].map(|name| self.path.join(name));
        let files = files.into_iter().filter(|file| file.exists());
        Ok(FolderWatch::new([self.place.clone()].into_iter().chain(places?), files))
    }

    /// The key that sessions are signed with: made once, readable by its owner alone.
    pub(crate) fn session_key(&self) -> Result<SecretString, StartError> {
        let path = self.path.join(KEY);
        let unusable = |source| StartError::DataDir { path: path.clone(), source };
        match fs::read_to_string(&path) {
            Ok(text) => {
                let others = permissions_of_others(&path).map_err(unusable)?;
                if others != 0 {
                    return Err(StartError::OpenKey { path, mode: 0o600 | others });
                }
                Ok(SecretString::from(text.trim().to_owned()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if listed(&self.path).map_err(unusable)?.is_some() {
                    tracing::warn!(
                        file = %path.display(),
                        "the key of the sessions is missing; a new one is made, and all sessions end"
                    );
                }
                Self::make_key(&path).map_err(unusable)
            }
            Err(error) => Err(unusable(error)),
        }
    }

    fn make_key(path: &Path) -> io::Result<SecretString> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        write_private_file(path, &text)?;
        Ok(SecretString::from(text))
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
