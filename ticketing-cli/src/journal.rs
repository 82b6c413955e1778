//! The journal of writes: the idempotency key of a write is on disk before the request is sent.
//!
//! Each write has a file. Its command locks the file during the write, and removes it when the outcome is known. An unlocked
//! file belongs to a command that died. The same command resumes it with its key, so the server performs the write once. The
//! key of a live or finished command is never resumed: a file is valid only if this process holds its lock, it is complete,
//! and it is still the one at its path.

mod append_log;
mod batch;
mod damage;
mod evidence;
mod interrupted;
mod stored_request;

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use ticketing_sdk::{IdempotencyKey, Request, Timestamp, UserId};
use ticketing_tui::Operation;

use crate::client_dirs::private_folder;
use crate::files;

pub(crate) use append_log::{AppendLog, LogLine};
pub(crate) use batch::{BatchJournal, RowState, row_key};
pub(crate) use damage::files_in;
pub(crate) use interrupted::{InterruptedWrite, batch_advice};
use stored_request::{StoredRequest, user_of};

/// The folder of the writes in progress.
#[derive(Debug, Clone)]
pub(crate) struct Journal {
    /// `None` if the user has no home directory.
    folder: Option<PathBuf>,
}

/// A write in progress. A dropped entry stays in the journal: its outcome is unknown.
#[derive(Debug)]
pub(crate) struct WriteEntry {
    pub(crate) key: IdempotencyKey,
    /// Whether an interrupted command may have sent this key already.
    pub(crate) resumed: bool,
    path: PathBuf,
    /// Holds the lock.
    file: File,
}

/// The record of a write, which an interrupted command leaves in the journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WriteRecord {
    pub(crate) key: IdempotencyKey,
    /// The command: `payments create 0198…`.
    #[serde(serialize_with = "write_words", deserialize_with = "read_words")]
    pub(crate) operation: Operation,
    pub(crate) server: String,
    /// The account of the write, where it is known. Keys are scoped to an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<UserId>,
    /// The request, where it holds nothing that may not be on disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<StoredRequest>,
    fingerprint: String,
    pub(crate) started_at: Timestamp,
    #[serde(default)]
    reported: bool,
}

fn write_words<S: Serializer>(operation: &Operation, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(operation)
}

fn read_words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Operation, D::Error> {
    let Ok(operation) = String::deserialize(deserializer)?.parse();
    Ok(operation)
}

/// The retention of a record. Servers keep keys for 24 hours; an older key has no effect.
pub(crate) const RECORD_RETENTION: Duration = Duration::from_secs(23 * 3600);
/// The age from which an incomplete file is a remnant of a full disk or a crash. A younger one may be in the making.
const INCOMPLETE_FILE_AGE: Duration = Duration::from_secs(60);
/// The largest record, in bytes.
const MAX_RECORD: u64 = 64 * 1024;
const RECORD_EXTENSION: &str = "json";
const INCOMPLETE_EXTENSION: &str = "tmp";

impl Journal {
    pub(crate) fn in_folder(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// Records a write before it is sent. A write that was interrupted before gets its earlier key, unless the user gives a key.
    ///
    /// The record has the request, so that another command can repeat it. A request with a card token or a password is
    /// represented by a hash alone.
    ///
    /// # Errors
    /// If the file cannot be written, the request is not valid, or the user has no home directory.
    pub(crate) fn begin(
        &self,
        operation: &Operation,
        server: &str,
        request: &Request,
        given: Option<IdempotencyKey>,
        now: Timestamp,
    ) -> std::io::Result<WriteEntry> {
        let url = request.url().map_err(std::io::Error::other)?;
        let user = user_of(request);
        let account = user.as_ref().map_or("", UserId::as_str);
        let print = fingerprint(&[url.as_bytes(), account.as_bytes(), request.body_bytes()]);
        let request = StoredRequest::from_request(request, &url, server);
        self.record(operation, server, (user, request), print, given, now)
    }

    /// Records a command of several writes of an account. The writes have records of their own.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub(crate) fn begin_command(
        &self,
        operation: &Operation,
        server: &str,
        user: Option<UserId>,
        now: Timestamp,
    ) -> std::io::Result<WriteEntry> {
        let account = user.as_ref().map_or("", UserId::as_str);
        let print = fingerprint(&[server.as_bytes(), operation.to_string().as_bytes(), account.as_bytes()]);
        self.record(operation, server, (user, None), print, None, now)
    }

    fn record(
        &self,
        operation: &Operation,
        server: &str,
        (user, request): (Option<UserId>, Option<StoredRequest>),
        fingerprint: String,
        given: Option<IdempotencyKey>,
        now: Timestamp,
    ) -> std::io::Result<WriteEntry> {
        let folder = self.folder()?;
        private_folder(folder)?;
        for InterruptedWrite { record, entry } in self.claim_interrupted() {
            let is_same = match &given {
                Some(key) => record.key == *key,
                None => record.fingerprint == fingerprint,
            };
            if is_same && now.saturating_duration_since(record.started_at) < RECORD_RETENTION {
                return Ok(entry);
            }
        }
        // A key of the user may hold characters that mean something in a path.
        let name = given.as_ref().map(|key| HEXLOWER.encode(&Sha256::digest(key.as_str())));
        let key = given.unwrap_or_else(IdempotencyKey::generate);
        let record = WriteRecord {
            key: key.clone(),
            operation: operation.clone(),
            server: server.to_owned(),
            user,
            request,
            fingerprint,
            started_at: now,
            reported: false,
        };
        let path = folder.join(format!("{}.{RECORD_EXTENSION}", name.as_deref().unwrap_or(key.as_str())));
        let file = write_new(&path, &record)?;
        Ok(WriteEntry { key, resumed: false, path, file })
    }

    fn folder(&self) -> std::io::Result<&Path> {
        let missing = || std::io::Error::new(ErrorKind::NotFound, "this user has no home directory");
        self.folder.as_deref().ok_or_else(missing)
    }

    /// Opens the record of listings that `parts` identify, or starts it. It has the rows that were sent, with their
    /// outcomes, so that the same command continues after an interruption.
    ///
    /// # Errors
    /// If the file cannot be written, another command works on it (`WouldBlock`), or the user has no home directory.
    pub(crate) fn batch(&self, parts: &[&str]) -> std::io::Result<BatchJournal> {
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        BatchJournal::open(&self.folder()?.join("listings"), fingerprint(&parts))
    }

    /// Returns the interrupted writes that were not reported yet, and marks them as reported.
    pub(crate) fn take_unreported(&self, now: Timestamp) -> Vec<WriteRecord> {
        let mut unreported = Vec::new();
        for InterruptedWrite { record, mut entry } in self.claim_interrupted() {
            if now.saturating_duration_since(record.started_at) >= RECORD_RETENTION {
                let _ = fs::remove_file(&entry.path);
            } else if !record.reported {
                // If the mark cannot be written, the record is reported again, which is harmless.
                let _ = rewrite(&mut entry.file, &WriteRecord { reported: true, ..record.clone() });
            }
            if !record.reported {
                unreported.push(record);
            }
        }
        unreported
    }

    /// Claims the writes whose commands died, oldest first. Those of a running command are not among them.
    pub(crate) fn claim_interrupted(&self) -> Vec<InterruptedWrite> {
        let Some(Ok(folder)) = self.folder.as_ref().map(fs::read_dir) else { return Vec::new() };
        let mut claimed: Vec<InterruptedWrite> =
            folder.filter_map(|entry| claim(open_existing(entry.ok()?.path())?)).collect();
        claimed.sort_by_key(|write| write.record.started_at);
        claimed
    }
}

impl WriteEntry {
    /// Removes the record: the outcome is known.
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

/// Claims an opened file if its command died and left a complete record.
///
/// The command may have finished between the opening and the lock, so the file is read under the lock.
fn claim((path, mut file): (PathBuf, File)) -> Option<InterruptedWrite> {
    file.try_lock().ok()?;
    let text = files::read_to_end(&mut file, MAX_RECORD).ok()?;
    let is_record = path.extension().is_some_and(|extension| extension == RECORD_EXTENSION);
    match serde_json::from_slice::<WriteRecord>(&text) {
        Ok(record) if is_record && is_at(&path, &file) => {
            let entry = WriteEntry { key: record.key.clone(), resumed: true, path, file };
            Some(InterruptedWrite { record, entry })
        }
        Ok(_) if is_record => None,
        // A record gets its name when it is complete. A damaged one stays, since nothing else may know of its write.
        Err(_) if is_record && !text.is_empty() => None,
        _ => {
            remove_incomplete(&path, &file);
            None
        }
    }
}

/// Returns whether the path still names this file: an open file survives its removal.
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

/// Removes a file without a complete record, unless a command may be writing it.
fn remove_incomplete(path: &Path, file: &File) {
    let modified = file.metadata().and_then(|metadata| metadata.modified());
    let is_old = modified.is_ok_and(|modified| age(modified) >= INCOMPLETE_FILE_AGE);
    if is_old && is_at(path, file) {
        let _ = fs::remove_file(path);
    }
}

/// Returns the age of a file, zero if its time is in the future.
fn age(modified: SystemTime) -> Duration {
    crate::clock::system_time().duration_since(modified).unwrap_or_default()
}

/// Writes a record to disk and returns its locked file. The file gets its name when it is complete.
fn write_new(path: &Path, record: &WriteRecord) -> std::io::Result<File> {
    let incomplete = path.with_extension(INCOMPLETE_EXTENSION);
    let write = || {
        let mut file = files::private().read(true).create_new(true).open(&incomplete)?;
        // A command that looks for abandoned writes may hold it for a moment.
        file.lock()?;
        file.write_all(&serde_json::to_vec(record)?)?;
        file.sync_all()?;
        fs::rename(&incomplete, path)?;
        files::sync_folder(path.parent().unwrap_or(Path::new(".")))?;
        Ok(file)
    };
    write().inspect_err(|error: &std::io::Error| {
        if error.kind() != ErrorKind::AlreadyExists {
            let _ = fs::remove_file(&incomplete);
        }
    })
}

fn fingerprint(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    HEXLOWER.encode(&hash.finalize())
}

/// Writes a record over itself. A crash leaves a record: what is shorter is filled up with spaces.
fn rewrite(file: &mut File, record: &WriteRecord) -> std::io::Result<()> {
    let mut text = serde_json::to_vec(record)?;
    let length = usize::try_from(file.metadata()?.len()).unwrap_or_default();
    text.resize(length.max(text.len()), b' ');
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&text)?;
    file.sync_all()
}

#[cfg(test)]
mod tests;
