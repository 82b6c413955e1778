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
/// let client = Client::builder("http://127.0.0.1:3000").session_store(Keyring::new("default")).build()?;
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
    /// The sessions of a profile. The file for want of a keyring is in the user's local data folder.
    ///
    /// ```
    /// use ticketing_sdk::{Client, Keyring};
    ///
    /// let client = Client::builder("https://tickets.example.com").session_store(Keyring::new("default")).build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(profile: impl Into<String>) -> Self {
        let profile = profile.into();
        let folder = directories::ProjectDirs::from("", "", SERVICE)
            .map_or_else(|| PathBuf::from("."), |folders| folders.data_local_dir().to_owned());
        let file = FileSessions::new(folder.join(format!("sessions-{}.json", file_name(&profile))));
        Self { profile, file, backend: Arc::new(System), broken: Mutex::new(None), timeout: KEYRING_TIMEOUT }
    }

    /// The file to use where there is no keyring.
    ///
    /// ```
    /// let store = ticketing_sdk::Keyring::new("default").fallback("sessions.json");
    /// ```
    #[must_use]
    pub fn fallback(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = FileSessions::new(path);
        self
    }

    fn account(&self, server: &str) -> String {
        format!("{} {server}", self.profile)
    }

    /// Returns whether the keyring holds a session of a server; `None` if that was never noted, or the note cannot be read.
    fn noted(&self, server: &str) -> Option<bool> {
        self.file.noted(&self.account(server)).ok().flatten()
    }

    /// Asks the keyring, unless it has failed before.
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
        // A thread of its own: one that hangs must not keep the program from ending.
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
                if self.noted(server) == Some(true) {
                    self.clear(server)?;
                }
                return Ok(None);
            }
            None => {}
        }
        let (account, noted) = (self.account(server), self.noted(server));
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
        if self.noted(server) == Some(false) {
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
        let is_usable = if self.noted(server) == Some(true) { Ok(()) } else { self.probe() };
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

/// A profile's name with nothing in it that means something in a path.
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
            // The words of the other two errors may hold the secret's bytes.
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
mod tests {
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const SERVER: &str = "http://127.0.0.1:3000";

    /// A keyring of the tests: open, none at all, locked (it fails only on a write), or never answering.
    enum Fake {
        Open(Mutex<HashMap<String, String>>),
        Absent,
        Locked,
        Hanging(AtomicUsize),
    }

    impl Fake {
        fn entries(&self) -> Result<std::sync::MutexGuard<'_, HashMap<String, String>>, KeyringError> {
            match self {
                Self::Open(entries) => Ok(entries.lock().unwrap()),
                Self::Absent => Err(KeyringError::Absent),
                Self::Locked => Err(KeyringError::Unavailable("the keyring is locked".to_owned())),
                Self::Hanging(asked) => {
                    asked.fetch_add(1, Ordering::SeqCst);
                    loop {
                        std::thread::park();
                    }
                }
            }
        }
    }

    impl KeyringBackend for Fake {
        fn get(&self, account: &str) -> Result<Option<String>, KeyringError> {
            if matches!(self, Self::Locked) {
                return Ok(None);
            }
            Ok(self.entries()?.get(account).cloned())
        }

        fn set(&self, account: &str, secret: &str) -> Result<(), KeyringError> {
            self.entries()?.insert(account.to_owned(), secret.to_owned());
            Ok(())
        }

        fn delete(&self, account: &str) -> Result<(), KeyringError> {
            self.entries()?.remove(account);
            Ok(())
        }
    }

    fn keyring(fake: Fake) -> (Keyring, Arc<Fake>, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let backend = Arc::new(fake);
        let mut keyring = Keyring::new("default").fallback(folder.path().join("sessions.json"));
        keyring.backend = Arc::clone(&backend) as Arc<dyn KeyringBackend>;
        (keyring, backend, folder)
    }

    fn loaded(keyring: &Keyring) -> Option<String> {
        keyring.load(SERVER).unwrap().map(|session| session.expose_secret().to_owned())
    }

    #[test]
    fn unlocked_keyring_stores_the_session_instead_of_a_file() {
        let (keyring, backend, _folder) = keyring(Fake::Open(Mutex::default()));
        assert_eq!(loaded(&keyring), None);
        keyring.save(SERVER, &"s3cret".into()).unwrap();
        assert_eq!(loaded(&keyring).as_deref(), Some("s3cret"));
        assert!(matches!(keyring.location(SERVER), SessionLocation::Keyring { .. }));
        assert_eq!(backend.entries().unwrap().len(), 1, "the probe is gone");
        let file = || std::fs::read_to_string(keyring.file.path()).unwrap();
        assert!(!file().contains("s3cret") && file().contains("\"session\""), "{}", file());
        keyring.clear(SERVER).unwrap();
        assert!(file().contains("\"none\""), "{}", file());
        assert_eq!(loaded(&keyring), None);
    }

    /// The same user, with another keyring.
    fn with_file_of(other: &Keyring, fake: Fake) -> Keyring {
        let mut keyring = keyring(fake).0;
        keyring.file = other.file.clone();
        keyring
    }

    #[test]
    fn keyring_without_a_session_is_not_opened() {
        let (open, _, _folder) = keyring(Fake::Open(Mutex::default()));
        assert_eq!(loaded(&open), None);
        let unopened = with_file_of(&open, Fake::Hanging(AtomicUsize::new(0)));
        assert_eq!(loaded(&unopened), None);
        unopened.clear(SERVER).unwrap();
        assert!(unopened.broken.lock().unwrap().is_none(), "the keyring was opened");
        // What is kept in the file meanwhile is used, and leaves nothing behind.
        let locked = with_file_of(&open, Fake::Locked);
        locked.save(SERVER, &"s3cret".into()).unwrap();
        locked.clear(SERVER).unwrap();
        assert_eq!(loaded(&with_file_of(&open, Fake::Locked)), None);
    }

    #[test]
    fn session_of_an_installation_without_notes_is_found() {
        let (first, backend, _folder) = keyring(Fake::Open(Mutex::default()));
        first.save(SERVER, &"s3cret".into()).unwrap();
        std::fs::remove_file(first.file.path()).unwrap();
        let entries = Mutex::new(backend.entries().unwrap().clone());
        assert_eq!(loaded(&with_file_of(&first, Fake::Open(entries))).as_deref(), Some("s3cret"));
        assert_eq!(first.noted(SERVER), Some(true));
        assert!(with_file_of(&first, Fake::Locked).load(SERVER).is_err(), "it may be there");
    }

    #[test]
    fn notes_of_profiles_with_one_file_are_apart() {
        let (first, _, _folder) = keyring(Fake::Open(Mutex::default()));
        assert_eq!(loaded(&first), None);
        let second = Keyring { profile: "other".to_owned(), ..with_file_of(&first, Fake::Locked) };
        assert!(second.load(SERVER).is_err());
    }

    #[test]
    fn locked_keyring_is_detected_by_writing_and_file_stands_in() {
        let (keyring, _, _folder) = keyring(Fake::Locked);
        let error = keyring.load(SERVER).unwrap_err().to_string();
        assert_eq!(error, "the keyring is locked, so it is not known whether there is a session");
        let notice = keyring.location(SERVER).notice().unwrap();
        assert!(notice.contains("the keyring is locked") && notice.contains("sessions.json"), "{notice}");
        keyring.save(SERVER, &"s3cret".into()).unwrap();
        assert_eq!(loaded(&keyring).as_deref(), Some("s3cret"));
        keyring.clear(SERVER).unwrap();
        assert_eq!(loaded(&keyring), None);
    }

    #[test]
    fn absent_keyring_holds_no_session() {
        let (keyring, _, _folder) = keyring(Fake::Absent);
        assert_eq!(loaded(&keyring), None);
        keyring.save(SERVER, &"s3cret".into()).unwrap();
        keyring.clear(SERVER).unwrap();
        assert_eq!(std::fs::read_to_string(keyring.file.path()).unwrap(), "{}");
    }

    #[test]
    fn session_cleared_while_the_keyring_was_locked_stays_cleared_once_it_is_open() {
        let (open, backend, folder) = keyring(Fake::Open(Mutex::default()));
        open.save(SERVER, &"first user".into()).unwrap();
        let (mut locked, _, _folder) = keyring(Fake::Locked);
        locked.file = FileSessions::new(folder.path().join("sessions.json"));
        locked.save(SERVER, &"second user".into()).unwrap();
        assert_eq!(loaded(&locked).as_deref(), Some("second user"));
        locked.clear(SERVER).unwrap();
        assert_eq!(loaded(&locked), None);
        assert_eq!(backend.entries().unwrap().len(), 1, "the first session is still in the keyring");
        assert_eq!(loaded(&open), None);
        assert!(backend.entries().unwrap().is_empty());
        assert_eq!(open.noted(SERVER), Some(false));
    }

    #[test]
    fn session_in_the_file_is_newer_than_one_in_the_keyring() {
        let (keyring, _, _folder) = keyring(Fake::Open(Mutex::default()));
        keyring.save(SERVER, &"first user".into()).unwrap();
        keyring.file.save(SERVER, &"second user".into()).unwrap();
        assert_eq!(loaded(&keyring).as_deref(), Some("second user"));
        keyring.clear(SERVER).unwrap();
        assert_eq!(loaded(&keyring), None);
    }

    #[test]
    fn unresponsive_keyring_times_out_once() {
        let (mut keyring, backend, _folder) = keyring(Fake::Hanging(AtomicUsize::new(0)));
        keyring.timeout = Duration::from_millis(200);
        for _ in 0..3 {
            keyring.save(SERVER, &"s3cret".into()).unwrap();
        }
        assert_eq!(loaded(&keyring).as_deref(), Some("s3cret"));
        assert!(
            matches!(&*backend, Fake::Hanging(asked) if asked.load(Ordering::SeqCst) == 1),
            "it was asked again"
        );
    }

    #[test]
    fn sign_in_moves_the_session_from_file_to_keyring() {
        let (keyring, backend, _folder) = keyring(Fake::Open(Mutex::default()));
        keyring.file.save(SERVER, &"old".into()).unwrap();
        assert_eq!(loaded(&keyring).as_deref(), Some("old"));
        keyring.save(SERVER, &"new".into()).unwrap();
        assert_eq!(loaded(&keyring).as_deref(), Some("new"));
        assert_eq!(keyring.file.load(SERVER).unwrap().map(|_| ()), None);
        assert_eq!(backend.entries().unwrap().len(), 1);
    }

    #[test]
    fn refused_access_is_called_a_lock() {
        let refused = keyring::Error::NoStorageAccess("SS error: prompt dismissed".into());
        assert_eq!(KeyringError::from(refused).to_string(), "the keyring is locked");
        assert_eq!(KeyringError::from(keyring::Error::NoDefaultStore), KeyringError::Absent);
    }

    #[test]
    fn profile_cannot_leave_the_folder() {
        assert_eq!(file_name("../../etc/x y"), "______etc_x_y");
    }
}
