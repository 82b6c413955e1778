//! Sessions in a file that only its owner can read.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::{SessionError, SessionLocation, SessionStore};

/// Keeps sessions in a JSON file, one per server, readable by its owner only (mode 0600) and replaced in one step.
///
/// Several programs may share it: a lock file beside it keeps their changes apart.
///
/// ```
/// use ticketing_sdk::{FileSessions, SessionStore};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("sessions.json");
/// let store = FileSessions::new(&path);
/// assert_eq!(store.path(), path);
/// store.save("http://127.0.0.1:3000", &"secret".into())?;
/// assert!(store.load("http://127.0.0.1:3000")?.is_some());
/// assert!(store.load("http://127.0.0.1:4000")?.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct FileSessions {
    path: PathBuf,
}

/// The largest file, in bytes: some thousand sessions.
const MAX_SIZE: u64 = 16 * 1024 * 1024;

/// Reads the file. A link in its place can lead to an endless device.
fn read_bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut json = Vec::new();
    File::open(path)?.take(MAX_SIZE + 1).read_to_end(&mut json)?;
    if json.len() as u64 > MAX_SIZE {
        return Err(std::io::Error::new(ErrorKind::FileTooLarge, "it is larger than 16 MiB"));
    }
    Ok(json)
}

/// The sessions by server; an empty one is a session that was cleared and may still be in a keyring. Notes about keyrings have
/// keys of their own, which no server has.
type Sessions = BTreeMap<String, String>;

/// The notes about an entry of a keyring.
#[cfg(feature = "keyring")]
mod note {
    pub(super) const SESSION: &str = "session";
    pub(super) const NONE: &str = "none";

    pub(super) fn key(account: &str) -> String {
        format!("keyring {account}")
    }
}

/// The entry of a server in the file.
pub(super) enum FileEntry {
    /// A session.
    Session(SecretString),
    /// The session that a keyring may still hold was cleared.
    Cleared,
}

impl FileSessions {
    /// Sessions in this file; it and its folder are made when the first session is saved.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn file_error(&self, what: &str, error: std::io::Error) -> SessionError {
        SessionError::with_source(format!("cannot {what} the sessions in {}", self.path.display()), error)
    }

    fn read(&self) -> Result<Option<Sessions>, SessionError> {
        match read_bounded(&self.path) {
            Ok(json) => serde_json::from_slice(&json).map(Some).map_err(|_| {
                SessionError::new(format!("{} is damaged; sign in again to replace it", self.path.display()))
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.file_error("read", error)),
        }
    }

    /// Returns the entry of a server.
    pub(super) fn entry(&self, server: &str) -> Result<Option<FileEntry>, SessionError> {
        let session = self.read()?.and_then(|mut sessions| sessions.remove(server));
        Ok(session.map(|session| match session.as_str() {
            "" => FileEntry::Cleared,
            _ => FileEntry::Session(session.into()),
        }))
    }

    /// Returns whether the keyring holds a session in the entry `account`; `None` if that was never noted.
    #[cfg(feature = "keyring")]
    pub(super) fn read_note(&self, account: &str) -> Result<Option<bool>, SessionError> {
        let note = self.read()?.and_then(|mut sessions| sessions.remove(&note::key(account)));
        Ok(note.map(|note| note == note::SESSION))
    }

    /// Notes whether the keyring holds a session in the entry `account`, and forgets the session of the server in the file: the
    /// keyring has the newer state.
    #[cfg(feature = "keyring")]
    pub(super) fn note(&self, server: &str, account: &str, has_session: bool) -> Result<(), SessionError> {
        let note = if has_session { note::SESSION } else { note::NONE };
        self.change(|sessions| {
            sessions.remove(server);
            sessions.insert(note::key(account), note.to_owned());
        })
    }

    /// Marks the session of a server as cleared, in place of one in the file.
    #[cfg(feature = "keyring")]
    pub(super) fn mark_cleared(&self, server: &str) -> Result<(), SessionError> {
        self.change(|sessions| {
            sessions.insert(server.to_owned(), String::new());
        })
    }

    /// Changes the sessions under the lock.
    fn change(&self, change: impl FnOnce(&mut Sessions)) -> Result<(), SessionError> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let write = || -> std::io::Result<()> {
            create_private_folder(folder)?;
            let _lock = lock(&self.path.with_added_extension("lock"))?;
            // A damaged entry holds no session; a sign-in replaces it.
            let mut sessions = self.read().ok().flatten().unwrap_or_default();
            change(&mut sessions);
            // A temporary file is created with mode 0600, so others can never read the secret.
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(&serde_json::to_vec_pretty(&sessions)?)?;
            file.as_file().sync_all()?;
            file.persist(&self.path).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(|error| self.file_error("write", error))
    }
}

impl SessionStore for FileSessions {
    fn load(&self, server: &str) -> Result<Option<SecretString>, SessionError> {
        Ok(match self.entry(server)? {
            Some(FileEntry::Session(session)) => Some(session),
            Some(FileEntry::Cleared) | None => None,
        })
    }

    fn save(&self, server: &str, session: &SecretString) -> Result<(), SessionError> {
        self.change(|sessions| {
            sessions.insert(server.to_owned(), session.expose_secret().to_owned());
        })
    }

    fn clear(&self, server: &str) -> Result<(), SessionError> {
        match self.read() {
            Ok(Some(sessions)) if sessions.contains_key(server) => self.change(|sessions| {
                sessions.remove(server);
            }),
            _ => Ok(()),
        }
    }

    fn location(&self, _server: &str) -> SessionLocation {
        SessionLocation::File { path: self.path.clone(), instead_of: None }
    }
}

fn create_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Waits for the lock; it ends when the file is dropped.
fn lock(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    file.lock()?;
    Ok(file)
}
