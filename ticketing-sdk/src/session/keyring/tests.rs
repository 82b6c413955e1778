//! A session in a keyring that is open, missing, locked or silent.

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

fn load_secret(keyring: &Keyring) -> Option<String> {
    keyring.load(SERVER).unwrap().map(|session| session.expose_secret().to_owned())
}

#[test]
fn unlocked_keyring_stores_the_session_instead_of_a_file() {
    let (keyring, backend, _folder) = keyring(Fake::Open(Mutex::default()));
    assert_eq!(load_secret(&keyring), None);
    keyring.save(SERVER, &"s3cret".into()).unwrap();
    assert_eq!(load_secret(&keyring).as_deref(), Some("s3cret"));
    assert!(matches!(keyring.location(SERVER), SessionLocation::Keyring { .. }));
    assert_eq!(backend.entries().unwrap().len(), 1, "the probe is gone");
    let file = || std::fs::read_to_string(keyring.file.path()).unwrap();
    assert!(!file().contains("s3cret") && file().contains("\"session\""), "{}", file());
    keyring.clear(SERVER).unwrap();
    assert!(file().contains("\"none\""), "{}", file());
    assert_eq!(load_secret(&keyring), None);
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
    assert_eq!(load_secret(&open), None);
    let unopened = with_file_of(&open, Fake::Hanging(AtomicUsize::new(0)));
    assert_eq!(load_secret(&unopened), None);
    unopened.clear(SERVER).unwrap();
    assert!(unopened.broken.lock().unwrap().is_none(), "the keyring was opened");
    // What is kept in the file meanwhile is used, and leaves nothing behind.
    let locked = with_file_of(&open, Fake::Locked);
    locked.save(SERVER, &"s3cret".into()).unwrap();
    locked.clear(SERVER).unwrap();
    assert_eq!(load_secret(&with_file_of(&open, Fake::Locked)), None);
}

#[test]
fn session_of_an_installation_without_notes_is_found() {
    let (first, backend, _folder) = keyring(Fake::Open(Mutex::default()));
    first.save(SERVER, &"s3cret".into()).unwrap();
    std::fs::remove_file(first.file.path()).unwrap();
    let entries = Mutex::new(backend.entries().unwrap().clone());
    assert_eq!(load_secret(&with_file_of(&first, Fake::Open(entries))).as_deref(), Some("s3cret"));
    assert_eq!(first.read_note(SERVER), Some(true));
    assert!(with_file_of(&first, Fake::Locked).load(SERVER).is_err(), "it may be there");
}

#[test]
fn notes_of_profiles_with_one_file_are_apart() {
    let (first, _, _folder) = keyring(Fake::Open(Mutex::default()));
    assert_eq!(load_secret(&first), None);
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
    assert_eq!(load_secret(&keyring).as_deref(), Some("s3cret"));
    keyring.clear(SERVER).unwrap();
    assert_eq!(load_secret(&keyring), None);
}

#[test]
fn absent_keyring_holds_no_session() {
    let (keyring, _, _folder) = keyring(Fake::Absent);
    assert_eq!(load_secret(&keyring), None);
    keyring.save(SERVER, &"s3cret".into()).unwrap();
    keyring.clear(SERVER).unwrap();
    assert_eq!(std::fs::read_to_string(keyring.file.path()).unwrap(), "{}");
}

#[test]
fn session_cleared_in_a_locked_keyring_stays_cleared_once_open() {
    let (open, backend, folder) = keyring(Fake::Open(Mutex::default()));
    open.save(SERVER, &"first user".into()).unwrap();
    let (mut locked, _, _folder) = keyring(Fake::Locked);
    locked.file = FileSessions::new(folder.path().join("sessions.json"));
    locked.save(SERVER, &"second user".into()).unwrap();
    assert_eq!(load_secret(&locked).as_deref(), Some("second user"));
    locked.clear(SERVER).unwrap();
    assert_eq!(load_secret(&locked), None);
    assert_eq!(backend.entries().unwrap().len(), 1, "the first session is still in the keyring");
    assert_eq!(load_secret(&open), None);
    assert!(backend.entries().unwrap().is_empty());
    assert_eq!(open.read_note(SERVER), Some(false));
}

#[test]
fn session_in_the_file_is_newer_than_one_in_the_keyring() {
    let (keyring, _, _folder) = keyring(Fake::Open(Mutex::default()));
    keyring.save(SERVER, &"first user".into()).unwrap();
    keyring.file.save(SERVER, &"second user".into()).unwrap();
    assert_eq!(load_secret(&keyring).as_deref(), Some("second user"));
    keyring.clear(SERVER).unwrap();
    assert_eq!(load_secret(&keyring), None);
}

#[test]
fn unresponsive_keyring_times_out_once() {
    let (mut keyring, backend, _folder) = keyring(Fake::Hanging(AtomicUsize::new(0)));
    keyring.timeout = Duration::from_millis(200);
    for _ in 0..3 {
        keyring.save(SERVER, &"s3cret".into()).unwrap();
    }
    assert_eq!(load_secret(&keyring).as_deref(), Some("s3cret"));
    assert!(
        matches!(&*backend, Fake::Hanging(asked) if asked.load(Ordering::SeqCst) == 1),
        "it was asked again"
    );
}

#[test]
fn sign_in_moves_the_session_from_file_to_keyring() {
    let (keyring, backend, _folder) = keyring(Fake::Open(Mutex::default()));
    keyring.file.save(SERVER, &"old".into()).unwrap();
    assert_eq!(load_secret(&keyring).as_deref(), Some("old"));
    keyring.save(SERVER, &"new".into()).unwrap();
    assert_eq!(load_secret(&keyring).as_deref(), Some("new"));
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
