//! The journal of writes: each one's idempotency key is on disk before the request leaves.
//!
//! A file per write, held locked while the write is under way and removed once its outcome is known. A file that
//! nobody holds is a write that was interrupted; the same command then sends the same key, so nothing happens twice.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ticketing_sdk::{IdempotencyKey, Timestamp};

use crate::home::private_folder;

/// The folder of the writes that are under way.
#[derive(Debug, Clone)]
pub(crate) struct Journal {
    folder: PathBuf,
}

/// A write that is under way. Dropping it leaves it in the journal: its outcome is not known.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: IdempotencyKey,
    path: PathBuf,
    /// Held for its lock.
    file: File,
}

/// What an interrupted write leaves behind.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Note {
    key: IdempotencyKey,
    /// What was to be done, for people: `payments create 0198…`.
    pub(crate) deed: String,
    pub(crate) server: String,
    fingerprint: String,
    pub(crate) started_at: Timestamp,
    #[serde(default)]
    reported: bool,
}

/// Servers keep keys for 24 hours; a key that is nearly that old protects nothing any more.
const KEPT: Duration = Duration::from_secs(23 * 3600);

impl Journal {
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Notes a write down before it is sent. `parts` are all that makes the request what it is (they are only
    /// hashed, so a card token is not kept). A write that was interrupted before gets its old key again.
    pub(crate) fn begin(
        &self,
        deed: &str,
        server: &str,
        parts: &[&str],
        now: Timestamp,
    ) -> std::io::Result<Entry> {
        private_folder(&self.folder)?;
        let fingerprint = fingerprint(server, deed, parts);
        for (path, file, note) in self.abandoned() {
            if note.fingerprint == fingerprint && now.saturating_since(note.started_at) < KEPT {
                return Ok(Entry { key: note.key, path, file });
            }
        }
        let key = IdempotencyKey::generate();
        let path = self.folder.join(format!("{}.json", file_name(&key)));
        let mut file = new_private_file(&path)?;
        // Someone who looks for abandoned writes may hold it for a moment.
        file.lock()?;
        let note = Note {
            key: key.clone(),
            deed: deed.to_owned(),
            server: server.to_owned(),
            fingerprint,
            started_at: now,
            reported: false,
        };
        file.write_all(&serde_json::to_vec(&note)?)?;
        file.sync_all()?;
        sync_folder(&self.folder)?;
        Ok(Entry { key, path, file })
    }

    /// The writes that were interrupted and not reported yet. They count as reported from now on.
    pub(crate) fn take_news(&self, now: Timestamp) -> Vec<Note> {
        let mut news = Vec::new();
        for (path, mut file, note) in self.abandoned() {
            if now.saturating_since(note.started_at) >= KEPT {
                let _ = fs::remove_file(&path);
            } else if !note.reported {
                // Where it cannot be marked it is reported again, which harms nobody.
                let _ = rewrite(&mut file, &Note { reported: true, ..note.clone() });
            }
            if !note.reported {
                news.push(note);
            }
        }
        news.sort_by_key(|note| note.started_at);
        news
    }

    /// Entries that no process holds, each locked by this one.
    fn abandoned(&self) -> Vec<(PathBuf, File, Note)> {
        let Ok(folder) = fs::read_dir(&self.folder) else { return Vec::new() };
        folder
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let mut file = OpenOptions::new().read(true).write(true).open(&path).ok()?;
                file.try_lock().ok()?;
                let mut text = String::new();
                file.read_to_string(&mut text).ok()?;
                Some((path, file, serde_json::from_str(&text).ok()?))
            })
            .collect()
    }
}

impl Entry {
    /// The outcome is known: nothing needs to be remembered.
    pub(crate) fn settle(self) {
        // If it cannot be removed, the worst is a needless remark at the next start.
        let _ = fs::remove_file(&self.path);
        drop(self.file);
    }
}

fn fingerprint(server: &str, deed: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in [server, deed].iter().chain(parts) {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Keys are visible ASCII, of which a file name takes only some.
fn file_name(key: &IdempotencyKey) -> String {
    key.as_str().chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
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

    fn journal() -> (tempfile::TempDir, Journal) {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::in_folder(folder.path().join("journal"));
        (folder, journal)
    }

    fn begin(journal: &Journal, token: &str) -> Entry {
        journal.begin("payments create O", "http://s", &["O", token], Timestamp::from_millis(NOW)).unwrap()
    }

    fn later(by: Duration) -> Timestamp {
        Timestamp::from_millis(NOW) + by
    }

    #[test]
    fn the_key_is_on_disk_and_the_token_is_not() {
        let (_folder, journal) = journal();
        let entry = begin(&journal, "tok_visa");
        let text = fs::read_to_string(&entry.path).unwrap();
        assert!(text.contains(entry.key.as_str()));
        assert!(!text.contains("tok_visa"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&entry.path).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(fs::metadata(&journal.folder).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }

    #[test]
    fn a_settled_write_leaves_nothing() {
        let (_folder, journal) = journal();
        begin(&journal, "tok_visa").settle();
        assert_eq!(fs::read_dir(&journal.folder).unwrap().count(), 0);
        assert!(journal.take_news(later(Duration::ZERO)).is_empty());
    }

    #[test]
    fn an_interrupted_write_is_reported_once_and_keeps_its_key() {
        let (_folder, journal) = journal();
        let key = begin(&journal, "tok_visa").key;
        let news = journal.take_news(later(Duration::from_secs(60)));
        assert_eq!(news.iter().map(|note| note.deed.as_str()).collect::<Vec<_>>(), ["payments create O"]);
        assert!(journal.take_news(later(Duration::from_secs(60))).is_empty());
        assert_eq!(begin(&journal, "tok_visa").key, key);
    }

    #[test]
    fn another_request_gets_another_key() {
        let (_folder, journal) = journal();
        let key = begin(&journal, "tok_visa").key;
        assert_ne!(begin(&journal, "tok_mastercard").key, key);
    }

    #[test]
    fn what_is_under_way_is_left_alone() {
        let (_folder, journal) = journal();
        let under_way = begin(&journal, "tok_visa");
        assert!(journal.take_news(later(Duration::ZERO)).is_empty());
        assert_ne!(begin(&journal, "tok_visa").key, under_way.key);
    }

    #[test]
    fn a_key_that_servers_have_forgotten_is_dropped() {
        let (_folder, journal) = journal();
        drop(begin(&journal, "tok_visa"));
        assert_eq!(journal.take_news(later(Duration::from_secs(24 * 3600))).len(), 1);
        assert_eq!(fs::read_dir(&journal.folder).unwrap().count(), 0);
    }
}
