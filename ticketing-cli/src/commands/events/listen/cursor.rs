//! The cursor of a listener: the position of the last event whose delivery is confirmed, on disk.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ticketing_sdk::{IdempotencyKey, Timestamp};

use crate::client_dirs::private_folder;
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::files;

/// The cursor of one listener at one server. Its lock excludes a second listener.
#[derive(Debug)]
pub(super) struct Cursor {
    path: PathBuf,
    stored: StoredCursor,
    _lock: File,
}

/// The content of the file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredCursor {
    server: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    position: Option<String>,
    /// The secret that forwarded events are signed with, unless one is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    saved_at: Option<Timestamp>,
}

impl Cursor {
    /// Opens or creates the cursor of this name at a server. With `reset`, its position is forgotten.
    ///
    /// # Errors
    /// If another listener holds it, or its files cannot be read or written.
    pub(super) fn open(folder: &Path, name: &str, server: &str, reset: bool) -> CliResult<Self> {
        let hash = HEXLOWER.encode(&Sha256::digest(server.as_bytes())[..8]);
        let path = folder.join(format!("{name}-{hash}.json"));
        let lock = || {
            private_folder(folder)?;
            let lock = files::private().open(path.with_extension("lock"))?;
            lock.try_lock()?;
            Ok(lock)
        };
        let lock = lock().map_err(|error: std::io::Error| match error.kind() {
            ErrorKind::WouldBlock => {
                Failure::new(Exit::Conflict, format!("another listener uses the cursor {name} at {server}"))
                    .hint("--cursor gives this one a position of its own")
            }
            _ => unusable(&path, &error),
        })?;
        let mut stored: StoredCursor = match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text)
                .map_err(|error| unusable(&path, &error.into()).hint("--reset forgets the position")),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(StoredCursor::default()),
            Err(error) => Err(unusable(&path, &error)),
        }
        .or_else(|failure| if reset { Ok(StoredCursor::default()) } else { Err(failure) })?;
        server.clone_into(&mut stored.server);
        if reset {
            stored.position = None;
        }
        Ok(Self { path, stored, _lock: lock })
    }

    /// Returns the position after which the events continue; `None` for a new cursor.
    pub(super) fn position(&self) -> Option<&str> {
        self.stored.position.as_deref()
    }

    /// Records that every event up to this position is delivered, and returns when that is on disk.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn save(&mut self, position: &str, now: Timestamp) -> CliResult {
        self.stored.position = Some(position.to_owned());
        self.stored.saved_at = Some(now);
        self.write()
    }

    /// Returns the secret of this cursor, and creates it once.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn secret(&mut self) -> CliResult<String> {
        if let Some(secret) = &self.stored.secret {
            return Ok(secret.clone());
        }
        let random = || IdempotencyKey::generate().as_str().replace('-', "");
        let secret = format!("whsec_{}{}", random(), random());
        self.stored.secret = Some(secret.clone());
        self.write()?;
        Ok(secret)
    }

    /// Replaces the file: after a crash there is the old one or the new one.
    fn write(&self) -> CliResult {
        let write = || {
            let stored = serde_json::to_vec(&self.stored)?;
            files::replace(&self.path, &stored, None)?;
            files::sync_folder(self.path.parent().unwrap_or(Path::new(".")))
        };
        write().map_err(|error: std::io::Error| unusable(&self.path, &error))
    }
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("the cursor {} cannot be used: {error}", path.display()))
        .hint("set TICKETING_HOME to a folder that can be written to")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "http://s";

    fn open(folder: &Path, reset: bool) -> CliResult<Cursor> {
        Cursor::open(folder, "default", SERVER, reset)
    }

    #[test]
    fn position_survives_and_belongs_to_its_server() {
        let folder = tempfile::tempdir().unwrap();
        let mut cursor = open(folder.path(), false).unwrap();
        assert_eq!(cursor.position(), None);
        cursor.save("7", Timestamp::from_millis(0)).unwrap();
        assert_eq!(open(folder.path(), false).unwrap_err().exit, Exit::Conflict, "its lock is held");
        drop(cursor);
        assert_eq!(open(folder.path(), false).unwrap().position(), Some("7"));
        let other = Cursor::open(folder.path(), "default", "http://other", false).unwrap();
        assert_eq!(other.position(), None);
        assert_eq!(open(folder.path(), true).unwrap().position(), None);
    }

    #[test]
    fn secret_is_created_once_and_outlives_a_reset() {
        let folder = tempfile::tempdir().unwrap();
        let secret = open(folder.path(), false).unwrap().secret().unwrap();
        assert!(secret.starts_with("whsec_") && secret.len() > 60, "{secret}");
        assert_eq!(open(folder.path(), true).unwrap().secret().unwrap(), secret);
    }

    #[test]
    fn damaged_file_is_an_error_until_it_is_reset() {
        let folder = tempfile::tempdir().unwrap();
        let mut cursor = open(folder.path(), false).unwrap();
        cursor.save("7", Timestamp::from_millis(0)).unwrap();
        let path = cursor.path.clone();
        drop(cursor);
        fs::write(&path, "{").unwrap();
        let failure = open(folder.path(), false).unwrap_err();
        assert!(failure.hint.unwrap().contains("--reset"));
        assert_eq!(open(folder.path(), true).unwrap().position(), None);
    }

    #[cfg(unix)]
    #[test]
    fn cursor_that_cannot_be_written_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let mut cursor = open(folder.path(), false).unwrap();
        // A folder in the place of the new file, which even root cannot write to.
        fs::create_dir(files::with_suffix(&cursor.path, ".tmp")).unwrap();
        let failure = cursor.save("7", Timestamp::from_millis(0)).unwrap_err();
        assert!(failure.message.unwrap().contains("cannot be used"));
    }
}
