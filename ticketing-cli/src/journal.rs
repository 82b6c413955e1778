//! The journal of writes: each write's idempotency key is on disk before the request leaves.
//!
//! Each write has a file, which its command holds locked while the write is under way and removes once the outcome is
//! known. A file that no command holds belongs to a command that died. The same command then takes its key up again, so
//! the server performs the write once. A key is never taken up from a command that lives or has finished: a file counts
//! only if it is locked, complete, and still the one at its path.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ticketing_sdk::{IdempotencyKey, Timestamp};

use crate::home::private_folder;

/// The folder of the writes that are under way.
#[derive(Debug, Clone)]
pub(crate) struct Journal {
    /// Absent where the user has no home directory.
    folder: Option<PathBuf>,
}

/// A write that is under way. Dropping it leaves it in the journal: its outcome is not known.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: IdempotencyKey,
    /// Whether an interrupted command may have sent this key already.
    pub(crate) resumed: bool,
    path: PathBuf,
    /// Held for its lock.
    file: File,
}

/// What an interrupted write leaves behind.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Note {
    key: IdempotencyKey,
    /// The command, for people: `payments create 0198…`.
    #[serde(alias = "deed")]
    pub(crate) operation: String,
    pub(crate) server: String,
    fingerprint: String,
    pub(crate) started_at: Timestamp,
    #[serde(default)]
    reported: bool,
}

/// A note whose command died, locked by this process.
struct Abandoned {
    path: PathBuf,
    file: File,
    note: Note,
}

/// How long a note is kept. Servers keep keys for 24 hours; an older key protects nothing.
const NOTE_RETENTION: Duration = Duration::from_secs(23 * 3600);
/// The age at which an incomplete file is one that a full disk or a crash left, and not one that is being written.
const INCOMPLETE_FILE_AGE: Duration = Duration::from_secs(60);
const NOTE_EXTENSION: &str = "json";
const INCOMPLETE_EXTENSION: &str = "tmp";

impl Journal {
    pub(crate) fn in_folder(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// Notes a write down before it is sent. `parts` are all that makes the request what it is; the journal keeps only
    /// their hash, and so no card token. A write that was interrupted before gets its old key again.
    pub(crate) fn begin(
        &self,
        operation: &str,
        server: &str,
        parts: &[&str],
        now: Timestamp,
    ) -> std::io::Result<Entry> {
        let Some(folder) = &self.folder else {
            return Err(std::io::Error::new(ErrorKind::NotFound, "this user has no home directory"));
        };
        private_folder(folder)?;
        let fingerprint = fingerprint(server, operation, parts);
        for Abandoned { path, file, note } in self.abandoned() {
            if note.fingerprint == fingerprint && now.saturating_since(note.started_at) < NOTE_RETENTION {
                return Ok(Entry { key: note.key, resumed: true, path, file });
            }
        }
        let key = IdempotencyKey::generate();
        let note = Note {
            key: key.clone(),
            operation: operation.to_owned(),
            server: server.to_owned(),
            fingerprint,
            started_at: now,
            reported: false,
        };
        let path = folder.join(format!("{key}.{NOTE_EXTENSION}"));
        let file = write_new(&path, &note)?;
        Ok(Entry { key, resumed: false, path, file })
    }

    /// The writes that were interrupted and not reported yet. They count as reported from now on.
    pub(crate) fn take_unreported(&self, now: Timestamp) -> Vec<Note> {
        let mut unreported = Vec::new();
        for Abandoned { path, mut file, note } in self.abandoned() {
            if now.saturating_since(note.started_at) >= NOTE_RETENTION {
                let _ = fs::remove_file(&path);
            } else if !note.reported {
                // If the mark cannot be written, the note is reported once more, which does no harm.
                let _ = rewrite(&mut file, &Note { reported: true, ..note.clone() });
            }
            if !note.reported {
                unreported.push(note);
            }
        }
        unreported.sort_by_key(|note| note.started_at);
        unreported
    }

    /// The notes whose commands died, each locked by this process.
    fn abandoned(&self) -> Vec<Abandoned> {
        let Some(Ok(folder)) = self.folder.as_ref().map(fs::read_dir) else { return Vec::new() };
        folder.filter_map(|entry| claim(open_existing(entry.ok()?.path())?)).collect()
    }
}

impl Entry {
    /// Removes the note: the outcome is known.
    pub(crate) fn settle(self) {
        // A command that has opened the file already finds it empty once it gets the lock.
        let _ = self.file.set_len(0);
        // If the file cannot be removed, a later command removes it for being empty.
        let _ = fs::remove_file(&self.path);
        drop(self.file);
    }
}

/// Opens a file of the journal, without its lock.
fn open_existing(path: PathBuf) -> Option<(PathBuf, File)> {
    let file = OpenOptions::new().read(true).write(true).open(&path).ok()?;
    Some((path, file))
}

/// Takes over an opened file if its command died and left a complete note.
///
/// The command may have finished between the opening and the lock. Only what is read under the lock counts.
fn claim((path, mut file): (PathBuf, File)) -> Option<Abandoned> {
    file.try_lock().ok()?;
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    let is_note = path.extension().is_some_and(|extension| extension == NOTE_EXTENSION);
    match serde_json::from_str(&text) {
        Ok(note) if is_note && is_at(&path, &file) => Some(Abandoned { path, file, note }),
        Ok(_) if is_note => None,
        _ => {
            remove_incomplete(&path, &file);
            None
        }
    }
}

/// Whether the file is still the one at this path: removing it takes away the name alone.
fn is_at(path: &Path, file: &File) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let (Ok(here), Ok(there)) = (file.metadata(), fs::metadata(path)) else { return false };
        (here.dev(), here.ino()) == (there.dev(), there.ino())
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

/// Removes a file that holds no complete note, unless a command may be writing it just now.
fn remove_incomplete(path: &Path, file: &File) {
    let modified = file.metadata().and_then(|metadata| metadata.modified());
    let is_old = modified.is_ok_and(|modified| age(modified) >= INCOMPLETE_FILE_AGE);
    if is_old && is_at(path, file) {
        let _ = fs::remove_file(path);
    }
}

/// How long ago the file system says that was; nothing where it lies ahead.
fn age(modified: SystemTime) -> Duration {
    crate::clock::system_time().duration_since(modified).unwrap_or_default()
}

/// Writes a note to disk and answers its file, locked. The file gets its name when it is complete.
fn write_new(path: &Path, note: &Note) -> std::io::Result<File> {
    let incomplete = path.with_extension(INCOMPLETE_EXTENSION);
    let write = || {
        let mut file = new_private_file(&incomplete)?;
        // A command that looks for abandoned writes may hold it for a moment.
        file.lock()?;
        file.write_all(&serde_json::to_vec(note)?)?;
        file.sync_all()?;
        fs::rename(&incomplete, path)?;
        sync_folder(path.parent().unwrap_or(Path::new(".")))?;
        Ok(file)
    };
    write().inspect_err(|error: &std::io::Error| {
        if error.kind() != ErrorKind::AlreadyExists {
            let _ = fs::remove_file(&incomplete);
        }
    })
}

fn fingerprint(server: &str, operation: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in [server, operation].iter().chain(parts) {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn new_private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn rewrite(file: &mut File, note: &Note) -> std::io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    file.set_len(0)?;
    file.write_all(&serde_json::to_vec(note)?)?;
    file.sync_all()
}

/// A new file survives a crash only once its folder is on disk too.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    impl Journal {
        fn folder(&self) -> &Path {
            self.folder.as_ref().unwrap()
        }
    }

    fn journal() -> (tempfile::TempDir, Journal) {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::in_folder(Some(folder.path().join("journal")));
        (folder, journal)
    }

    fn begin(journal: &Journal, token: &str) -> Entry {
        journal.begin("payments create O", "http://s", &["O", token], Timestamp::from_millis(NOW)).unwrap()
    }

    fn later(by: Duration) -> Timestamp {
        Timestamp::from_millis(NOW) + by
    }

    #[test]
    fn key_is_on_disk_and_token_is_not() {
        let (_folder, journal) = journal();
        let entry = begin(&journal, "tok_visa");
        let text = fs::read_to_string(&entry.path).unwrap();
        assert!(text.contains(entry.key.as_str()));
        assert!(!text.contains("tok_visa"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&entry.path).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(fs::metadata(journal.folder()).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }

    #[test]
    fn settled_write_leaves_no_file() {
        let (_folder, journal) = journal();
        begin(&journal, "tok_visa").settle();
        assert_eq!(fs::read_dir(journal.folder()).unwrap().count(), 0);
        assert!(journal.take_unreported(later(Duration::ZERO)).is_empty());
    }

    #[test]
    fn interrupted_write_is_reported_once_and_keeps_its_key() {
        let (_folder, journal) = journal();
        let key = begin(&journal, "tok_visa").key;
        let news = journal.take_unreported(later(Duration::from_secs(60)));
        assert_eq!(
            news.iter().map(|note| note.operation.as_str()).collect::<Vec<_>>(),
            ["payments create O"]
        );
        assert!(journal.take_unreported(later(Duration::from_secs(60))).is_empty());
        let resumed = begin(&journal, "tok_visa");
        assert_eq!((resumed.key.clone(), resumed.resumed), (key, true));
    }

    #[test]
    fn key_of_command_that_finished_before_the_lock_is_not_taken_up() {
        let (_folder, journal) = journal();
        let finished = begin(&journal, "tok_visa");
        // A second command opens the file; before it gets the lock, the first one finishes.
        let opened = open_existing(finished.path.clone()).unwrap();
        finished.settle();
        assert!(claim(opened).is_none());
    }

    #[test]
    fn note_that_was_removed_and_still_holds_its_text_is_not_taken_up() {
        let (_folder, journal) = journal();
        let Entry { path, file, .. } = begin(&journal, "tok_visa");
        let opened = open_existing(path.clone()).unwrap();
        fs::remove_file(&path).unwrap();
        drop(file);
        assert!(claim(opened).is_none());
    }

    #[test]
    fn incomplete_files_are_removed_once_they_are_old() {
        let (_folder, journal) = journal();
        private_folder(journal.folder()).unwrap();
        for name in ["a.json", "b.tmp"] {
            new_private_file(&journal.folder().join(name)).unwrap();
        }
        assert!(journal.abandoned().is_empty());
        assert_eq!(fs::read_dir(journal.folder()).unwrap().count(), 2, "they may be in the making");
        for name in ["a.json", "b.tmp"] {
            let file = OpenOptions::new().write(true).open(journal.folder().join(name)).unwrap();
            file.set_modified(crate::clock::system_time() - 2 * INCOMPLETE_FILE_AGE).unwrap();
        }
        assert!(journal.abandoned().is_empty());
        assert_eq!(fs::read_dir(journal.folder()).unwrap().count(), 0);
    }

    #[test]
    fn note_of_an_earlier_version_is_understood() {
        let (_folder, journal) = journal();
        let Entry { path, .. } = begin(&journal, "tok_visa");
        let text = fs::read_to_string(&path).unwrap().replace("operation", "deed");
        fs::write(&path, text).unwrap();
        assert_eq!(journal.take_unreported(later(Duration::ZERO)).len(), 1);
    }

    #[test]
    fn identical_commands_side_by_side_never_share_a_key() {
        let (_folder, journal) = journal();
        let journal = std::sync::Arc::new(journal);
        let commands = (0..8).map(|_| {
            let journal = std::sync::Arc::clone(&journal);
            std::thread::spawn(move || {
                let commands = (0..100).map(|_| {
                    let entry = begin(&journal, "tok_visa");
                    let (key, resumed) = (entry.key.clone(), entry.resumed);
                    entry.settle();
                    (key, resumed)
                });
                commands.collect::<Vec<_>>()
            })
        });
        let commands: Vec<_> = commands.collect();
        let used: Vec<_> = commands.into_iter().flat_map(|command| command.join().unwrap()).collect();
        let distinct: std::collections::HashSet<_> = used.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(distinct.len(), used.len());
        assert!(used.iter().all(|(_, resumed)| !resumed));
    }

    #[test]
    fn different_request_gets_different_key() {
        let (_folder, journal) = journal();
        let key = begin(&journal, "tok_visa").key;
        assert_ne!(begin(&journal, "tok_mastercard").key, key);
    }

    #[test]
    fn key_of_live_command_is_not_taken_up() {
        let (_folder, journal) = journal();
        let under_way = begin(&journal, "tok_visa");
        assert!(journal.take_unreported(later(Duration::ZERO)).is_empty());
        assert_ne!(begin(&journal, "tok_visa").key, under_way.key);
    }

    #[test]
    fn note_older_than_server_keys_is_dropped() {
        let (_folder, journal) = journal();
        drop(begin(&journal, "tok_visa"));
        assert_eq!(journal.take_unreported(later(Duration::from_secs(24 * 3600))).len(), 1);
        assert_eq!(fs::read_dir(journal.folder()).unwrap().count(), 0);
    }
}
