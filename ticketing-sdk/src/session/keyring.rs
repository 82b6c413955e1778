//! Sessions in the keyring of the operating system, with a file where there is none.

use std::fmt;
use std::path::PathBuf;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::file::FileEntry;
use super::{FileSessions, SessionError, SessionLocation, SessionStore};

/// The service name of the entries.
const SERVICE: &str = "ticketing";
/// A keyring may wait for ever until the user unlocks it. A command with one ends within three seconds.
const KEYRING_TIMEOUT: Duration = Duration::from_secs(2);

/// Keeps sessions in the keyring of the operating system; where there is none, or it is locked or does not answer
/// within 2 seconds, in a file that only its owner can read.
///
/// [`SessionStore::location`] tells which it is, and [`SessionLocation::notice`] has a line to say so to the user.
///
/// A session in the file is newer than one in the keyring, and is used first. The file also notes whether the keyring holds a
/// session, so that a keyring without one is not opened, and its user is not asked for its password; a session that a program
/// with another file has put there is not found then. A keyring that cannot be read may hold a session, unless the file notes that it
/// holds none: [`SessionStore::load`] fails then, where the file has none. Clearing the session of a locked keyring leaves a mark in
/// the file, so that the session is not used once the keyring is open again.
///
/// ```no_run
/// use ticketing_sdk::{Client, Keyring};
///
/// let keyring = Keyring::new("default").fallback("sessions.json");
/// let client = Client::builder("http://127.0.0.1:3000").session_store(keyring).build()?;
/// # Ok::<(), ticketing_sdk::Error>(())
/// ```
pub struct Keyring {
    profile: String,
    file: FileSessions,
    backend: Arc<dyn KeyringBackend>,
    /// Why the keyring is not used, once that is known.
    broken: Mutex<Option<KeyringError>>,
    timeout: Duration,
}

/// The operations of a keyring.
trait KeyringBackend: Send + Sync {
    fn get(&self, account: &str) -> Result<Option<String>, KeyringError>;
    fn set(&self, account: &str, secret: &str) -> Result<(), KeyringError>;
    fn delete(&self, account: &str) -> Result<(), KeyringError>;
}

/// Why a keyring cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum KeyringError {
    /// The system has none, so there is no session in it.
    #[error("this system has no keyring")]
    Absent,
    /// It is locked or does not answer. What it holds is not known.
    #[error("{0}")]
    Unavailable(String),
}

impl Keyring {
    /// The sessions of a profile. The file that replaces a missing keyring is in the user's local data folder.
    pub fn new(profile: impl Into<String>) -> Self {
        let profile = profile.into();
        let folder = directories::ProjectDirs::from("", "", SERVICE)
            .map_or_else(|| PathBuf::from("."), |folders| folders.data_local_dir().to_owned());
        let file = FileSessions::new(folder.join(format!("sessions-{}.json", file_name(&profile))));
        Self { profile, file, backend: Arc::new(System), broken: Mutex::new(None), timeout: KEYRING_TIMEOUT }
    }

    /// The file to use where there is no keyring.
    #[must_use]
    pub fn fallback(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = FileSessions::new(path);
        self
    }

    fn account(&self, server: &str) -> String {
        format!("{} {server}", self.profile)
    }

    /// Returns whether the keyring holds a session of a server; `None` if that was never noted, or the note cannot be read.
    fn read_note(&self, server: &str) -> Option<bool> {
        self.file.read_note(&self.account(server)).ok().flatten()
    }

    /// Calls the keyring on its own thread, unless an earlier call failed.
    fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn KeyringBackend) -> Result<T, KeyringError> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let mut broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(why) = &*broken {
            return Err(why.clone());
        }
        let backend = Arc::clone(&self.backend);
        let (answer, answers) = mpsc::channel();
        // Not a pool thread: a call that hangs must not prevent the program from ending.
        let asked = std::thread::Builder::new().name("keyring".to_owned()).spawn(move || {
            let _ = answer.send(question(&*backend));
        });
        let result = match asked {
            Ok(_) => answers
                .recv_timeout(self.timeout)
                .unwrap_or_else(|_| Err(KeyringError::Unavailable("the keyring does not answer".to_owned()))),
            Err(error) => Err(KeyringError::Unavailable(error.to_string())),
        };
        if let Err(why) = &result {
            tracing::debug!(%why, "the keyring cannot be used");
            *broken = Some(why.clone());
        }
        result
    }

    /// Writes an entry and deletes it: a locked keyring fails only then.
    fn probe(&self) -> Result<(), KeyringError> {
        let account = format!("{} probe", self.profile);
        self.ask(move |backend| backend.set(&account, "probe").and_then(|()| backend.delete(&account)))
    }
}

impl SessionStore for Keyring {
    fn load(&self, server: &str) -> Result<Option<SecretString>, SessionError> {
        // A session is in the file because the keyring could not be written: it is the newer one, and the keyring is not
        // waited for.
        match self.file.entry(server)? {
            Some(FileEntry::Session(session)) => return Ok(Some(session)),
            Some(FileEntry::Cleared) => {
                // A session that is known to be there is deleted as soon as the keyring is open.
                if self.read_note(server) == Some(true) {
                    self.clear(server)?;
                }
                return Ok(None);
            }
            None => {}
        }
        let (account, noted) = (self.account(server), self.read_note(server));
        if noted == Some(false) {
            return Ok(None);
        }
        let session = match self.ask(move |backend| backend.get(&account)) {
            // A locked keyring may look like an empty one.
            Ok(None) => self.probe().map(|()| None),
            session => session,
        };
        match session {
            Ok(session) => {
                if noted != Some(session.is_some()) {
                    // Without the note, the keyring is asked again the next time.
                    let _ = self.file.note(server, &self.account(server), session.is_some());
                }
                Ok(session.map(SecretString::from))
            }
            Err(KeyringError::Absent) => Ok(None),
            Err(KeyringError::Unavailable(why)) => {
                Err(SessionError::new(format!("{why}, so it is not known whether there is a session")))
            }
        }
    }

    fn save(&self, server: &str, session: &SecretString) -> Result<(), SessionError> {
        let (account, secret) = (self.account(server), session.clone());
        match self.ask(move |backend| backend.set(&account, secret.expose_secret())) {
            Ok(()) => self.file.note(server, &self.account(server), true),
            Err(_) => self.file.save(server, session),
        }
    }

    fn clear(&self, server: &str) -> Result<(), SessionError> {
        if self.read_note(server) == Some(false) {
            return self.file.clear(server);
        }
        let account = self.account(server);
        match self.ask(move |backend| backend.delete(&account)) {
            Ok(()) => self.file.note(server, &self.account(server), false),
            Err(KeyringError::Absent) => self.file.clear(server),
            Err(KeyringError::Unavailable(_)) => self.file.mark_cleared(server),
        }
    }

    fn location(&self, server: &str) -> SessionLocation {
        let in_file =
            |why: String| SessionLocation::File { path: self.file.path().to_owned(), instead_of: Some(why) };
        if self.file.load(server).is_ok_and(|session| session.is_some()) {
            let known = self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let why = known.map(|error| error.to_string());
            return in_file(why.unwrap_or_else(|| "there was no keyring at the last sign-in".to_owned()));
        }
        let is_usable = if self.read_note(server) == Some(true) { Ok(()) } else { self.probe() };
        match is_usable {
            Ok(()) => SessionLocation::Keyring { service: SERVICE.to_owned(), account: self.account(server) },
            Err(why) => in_file(why.to_string()),
        }
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring")
            .field("profile", &self.profile)
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

/// Returns the name of a profile without the characters that have a meaning in a path.
fn file_name(profile: &str) -> String {
    profile.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' }).collect()
}

/// The keyring of the operating system.
struct System;

impl System {
    fn entry(account: &str) -> Result<keyring::Entry, KeyringError> {
        keyring::Entry::new(SERVICE, account).map_err(KeyringError::from)
    }
}

impl From<keyring::Error> for KeyringError {
    fn from(error: keyring::Error) -> Self {
        match error {
            keyring::Error::NoDefaultStore => Self::Absent,
            // The service refuses the access, or its prompt for the password was dismissed.
            keyring::Error::NoStorageAccess(_) => Self::Unavailable("the keyring is locked".to_owned()),
            error => Self::Unavailable(error.to_string()),
        }
    }
}

impl KeyringBackend for System {
    fn get(&self, account: &str) -> Result<Option<String>, KeyringError> {
        match Self::entry(account)?.get_password() {
            Ok(secret) => Ok(Some(secret)),
            // The messages of the other two errors may contain bytes of the secret.
            Err(
                keyring::Error::NoEntry | keyring::Error::BadEncoding(_) | keyring::Error::BadDataFormat(..),
            ) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn set(&self, account: &str, secret: &str) -> Result<(), KeyringError> {
        Ok(Self::entry(account)?.set_password(secret)?)
    }

    fn delete(&self, account: &str) -> Result<(), KeyringError> {
        match Self::entry(account)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;
