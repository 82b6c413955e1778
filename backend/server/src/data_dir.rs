//! The folder that holds everything a kept marketplace knows, and the lock that keeps a second server out of it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use crate::StartError;

/// The folder, locked for as long as this lives.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Makes the folder if need be and locks it.
    pub(crate) fn lock(path: &Path) -> Result<Self, StartError> {
        let unusable = |source| StartError::DataDir { path: path.to_owned(), source };
        make_private_folder(path).map_err(unusable)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StartError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(unusable(source)),
        }
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The database file of a service.
    pub(crate) fn database(&self, service: &str) -> PathBuf {
        database(&self.path, service)
    }

    /// The key that sessions are signed with: made once, readable by its owner alone.
    pub(crate) fn session_key(&self) -> Result<SecretString, StartError> {
        let path = self.path.join("jwt.key");
        read_or_make_key(&path).map_err(|source| StartError::DataDir { path, source })
    }
}

/// Where the database of a service lies in a data directory.
pub(crate) fn database(folder: &Path, service: &str) -> PathBuf {
    folder.join(format!("{service}.db"))
}

fn make_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn read_or_make_key(path: &Path) -> io::Result<SecretString> {
    let mut text = String::new();
    match File::open(path) {
        Ok(mut file) => {
            file.read_to_string(&mut text)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut bytes = [0_u8; 32];
            getrandom::fill(&mut bytes).map_err(io::Error::other)?;
            text = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            write_private(path, &text)?;
        }
        Err(error) => return Err(error),
    }
    Ok(SecretString::from(text.trim().to_owned()))
}

/// Writes beside the final place and renames, so that a crash leaves no half a key.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}
