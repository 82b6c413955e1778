//! Sessions in the keyring of the operating system, with a file where there is none.

use std::fmt;
use std::path::PathBuf;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::{FileSessions, SessionError, SessionPlace, SessionStore};

/// What the entries are filed under.
const SERVICE: &str = "ticketing";
/// A keyring that waits for someone to unlock it may wait for ever.
const PATIENCE: Duration = Duration::from_secs(3);

/// Keeps sessions in the keyring of the operating system; where there is none, or it is locked or does not answer
/// within 3 seconds, in a file that only its owner can read.
///
/// [`SessionStore::place`] tells which it is, and [`SessionPlace::notice`] has a line to say so to the user.
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
    vault: Arc<dyn Vault>,
    /// Why the keyring is not used, once that is known.
    broken: Mutex<Option<String>>,
    patience: Duration,
}

/// The three things that are asked of a keyring.
trait Vault: Send + Sync {
    fn get(&self, account: &str) -> Result<Option<String>, String>;
    fn set(&self, account: &str, secret: &str) -> Result<(), String>;
    fn delete(&self, account: &str) -> Result<(), String>;
}

impl Keyring {
    /// The sessions of a profile. The file for want of a keyring is in the user's local data folder.
    pub fn new(profile: impl Into<String>) -> Self {
        let profile = profile.into();
        let folder = directories::ProjectDirs::from("", "", SERVICE)
            .map_or_else(|| PathBuf::from("."), |folders| folders.data_local_dir().to_owned());
        let file = FileSessions::new(folder.join(format!("sessions-{}.json", file_name(&profile))));
        Self { profile, file, vault: Arc::new(System), broken: Mutex::new(None), patience: PATIENCE }
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

    /// Asks the keyring, unless it has failed before.
    fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Vault) -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let mut broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(why) = &*broken {
            return Err(why.clone());
        }
        let vault = Arc::clone(&self.vault);
        let (answer, answers) = mpsc::channel();
        // A thread of its own: one that hangs must not keep the program from ending.
        let asked = std::thread::Builder::new().name("keyring".to_owned()).spawn(move || {
            let _ = answer.send(question(&*vault));
        });
        let result = match asked {
            Ok(_) => answers
                .recv_timeout(self.patience)
                .unwrap_or_else(|_| Err("the keyring does not answer".to_owned())),
            Err(error) => Err(error.to_string()),
        };
        if let Err(why) = &result {
            tracing::debug!(why, "the keyring cannot be used");
            *broken = Some(why.clone());
        }
        result
    }

    /// Writes an entry and deletes it: a locked keyring fails only then.
    fn probe(&self) -> Result<(), String> {
        let account = format!("{} probe", self.profile);
        self.ask(move |vault| vault.set(&account, "probe").and_then(|()| vault.delete(&account)))
    }
}

impl SessionStore for Keyring {
    fn load(&self, server: &str) -> Result<Option<SecretString>, SessionError> {
        // What is in the file is there because the keyring could not be used; no need to wait for it again.
        if let Some(session) = self.file.load(server)? {
            return Ok(Some(session));
        }
        let account = self.account(server);
        Ok(self.ask(move |vault| vault.get(&account)).ok().flatten().map(SecretString::from))
    }

    fn save(&self, server: &str, session: &SecretString) -> Result<(), SessionError> {
        let (account, secret) = (self.account(server), session.clone());
        match self.ask(move |vault| vault.set(&account, secret.expose_secret())) {
            Ok(()) => self.file.clear(server),
            Err(_) => self.file.save(server, session),
        }
    }

    fn clear(&self, server: &str) -> Result<(), SessionError> {
        let account = self.account(server);
        let in_file = self.file.load(server).is_ok_and(|session| session.is_some());
        self.file.clear(server)?;
        // A session that was in the file is not in a keyring that could not be used.
        if !in_file {
            let _ = self.ask(move |vault| vault.delete(&account));
        }
        Ok(())
    }

    fn place(&self, server: &str) -> SessionPlace {
        let in_file =
            |why: String| SessionPlace::File { path: self.file.path().to_owned(), instead_of: Some(why) };
        if self.file.load(server).is_ok_and(|session| session.is_some()) {
            let known = self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone();
            return in_file(known.unwrap_or_else(|| "there was no keyring at the last sign-in".to_owned()));
        }
        match self.probe() {
            Ok(()) => SessionPlace::Keyring { service: SERVICE.to_owned(), account: self.account(server) },
            Err(why) => in_file(why),
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
    fn entry(account: &str) -> Result<keyring::Entry, String> {
        keyring::Entry::new(SERVICE, account).map_err(|error| match error {
            keyring::Error::NoDefaultStore => "this system has no keyring".to_owned(),
            error => error.to_string(),
        })
    }
}

impl Vault for System {
    fn get(&self, account: &str) -> Result<Option<String>, String> {
        match Self::entry(account)?.get_password() {
            Ok(secret) => Ok(Some(secret)),
            Err(keyring::Error::NoEntry) => Ok(None),
            // The words of other errors may hold the secret's bytes.
            Err(keyring::Error::BadEncoding(_) | keyring::Error::BadDataFormat(..)) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    fn set(&self, account: &str, secret: &str) -> Result<(), String> {
        Self::entry(account)?.set_password(secret).map_err(|error| error.to_string())
    }

    fn delete(&self, account: &str) -> Result<(), String> {
        match Self::entry(account)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const SERVER: &str = "http://127.0.0.1:3000";

    /// A keyring of the tests: open, locked (it fails only on a write), or never answering.
    enum Fake {
        Open(Mutex<HashMap<String, String>>),
        Locked,
        Hanging(AtomicUsize),
    }

    impl Fake {
        fn entries(&self) -> Result<std::sync::MutexGuard<'_, HashMap<String, String>>, String> {
            match self {
                Self::Open(entries) => Ok(entries.lock().unwrap()),
                Self::Locked => Err("the keyring is locked".to_owned()),
                Self::Hanging(asked) => {
                    asked.fetch_add(1, Ordering::SeqCst);
                    loop {
                        std::thread::park();
                    }
                }
            }
        }
    }

    impl Vault for Fake {
        fn get(&self, account: &str) -> Result<Option<String>, String> {
            if matches!(self, Self::Locked) {
                return Ok(None);
            }
            Ok(self.entries()?.get(account).cloned())
        }

        fn set(&self, account: &str, secret: &str) -> Result<(), String> {
            self.entries()?.insert(account.to_owned(), secret.to_owned());
            Ok(())
        }

        fn delete(&self, account: &str) -> Result<(), String> {
            self.entries()?.remove(account);
            Ok(())
        }
    }

    fn keyring(fake: Fake) -> (Keyring, Arc<Fake>, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let vault = Arc::new(fake);
        let mut keyring = Keyring::new("default").fallback(folder.path().join("sessions.json"));
        keyring.vault = Arc::clone(&vault) as Arc<dyn Vault>;
        (keyring, vault, folder)
    }

    fn loaded(keyring: &Keyring) -> Option<String> {
        keyring.load(SERVER).unwrap().map(|session| session.expose_secret().to_owned())
    }

    #[test]
    fn an_open_keyring_keeps_the_session_and_no_file_does() {
        let (keyring, vault, folder) = keyring(Fake::Open(Mutex::default()));
        assert_eq!(loaded(&keyring), None);
        keyring.save(SERVER, &"s3cret".into()).unwrap();
        assert_eq!(loaded(&keyring).as_deref(), Some("s3cret"));
        assert!(matches!(keyring.place(SERVER), SessionPlace::Keyring { .. }));
        assert_eq!(vault.entries().unwrap().len(), 1, "the probe is gone");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        keyring.clear(SERVER).unwrap();
        assert_eq!(loaded(&keyring), None);
    }

    #[test]
    fn a_locked_keyring_is_known_by_writing_and_a_file_stands_in() {
        let (keyring, _, _folder) = keyring(Fake::Locked);
        assert_eq!(loaded(&keyring), None);
        let notice = keyring.place(SERVER).notice().unwrap();
        assert!(notice.contains("the keyring is locked") && notice.contains("sessions.json"), "{notice}");
        keyring.save(SERVER, &"s3cret".into()).unwrap();
        assert_eq!(loaded(&keyring).as_deref(), Some("s3cret"));
        keyring.clear(SERVER).unwrap();
        assert_eq!(loaded(&keyring), None);
    }

    #[test]
    fn a_keyring_that_never_answers_is_given_up_once() {
        let (mut keyring, vault, _folder) = keyring(Fake::Hanging(AtomicUsize::new(0)));
        keyring.patience = Duration::from_millis(200);
        for _ in 0..3 {
            keyring.save(SERVER, &"s3cret".into()).unwrap();
        }
        assert_eq!(loaded(&keyring).as_deref(), Some("s3cret"));
        assert!(
            matches!(&*vault, Fake::Hanging(asked) if asked.load(Ordering::SeqCst) == 1),
            "it was asked again"
        );
    }

    #[test]
    fn a_session_moves_from_the_file_to_the_keyring_at_the_next_sign_in() {
        let (keyring, vault, _folder) = keyring(Fake::Open(Mutex::default()));
        keyring.file.save(SERVER, &"old".into()).unwrap();
        assert_eq!(loaded(&keyring).as_deref(), Some("old"));
        keyring.save(SERVER, &"new".into()).unwrap();
        assert_eq!(loaded(&keyring).as_deref(), Some("new"));
        assert_eq!(keyring.file.load(SERVER).unwrap().map(|_| ()), None);
        assert_eq!(vault.entries().unwrap().len(), 1);
    }

    #[test]
    fn a_profile_cannot_leave_the_folder() {
        assert_eq!(file_name("../../etc/x y"), "______etc_x_y");
    }
}
