//! The record of a batch of writes: which rows were sent, and which are listed.
//!
//! The record is a file of JSON lines: a header, then a line for each step of a row. A row is on disk as sent before its request
//! leaves. The command holds the lock of the file. The key of a row is derived from the batch and the row, so a command that
//! continues the batch sends the row with the key it had.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ticketing_sdk::{IdempotencyKey, Ticket, Timestamp};

use super::{AppendLog, LogLine};
use crate::home::private_folder;

/// The record of a batch, locked by this process.
#[derive(Debug)]
pub(crate) struct BatchJournal {
    path: PathBuf,
    fingerprint: String,
    header: Header,
    record: Mutex<Record>,
}

/// The outcome of a row that was sent.
#[derive(Debug, Clone)]
pub(crate) enum RowState {
    /// The row was sent first at this time, and its outcome is unknown.
    Sent(Timestamp),
    /// The row is listed.
    Listed(Box<Ticket>),
}

/// The first line of the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    started_at: Timestamp,
    /// Distinguishes the keys of this run of the batch from those of an earlier run. Empty in the first run of an import.
    salt: String,
}

/// A line after the header.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Line {
    Sent { row: usize, at: Timestamp },
    Listed { row: usize, ticket: Box<Ticket> },
    Refused { row: usize },
}

#[derive(Debug)]
struct Record {
    log: AppendLog,
    rows: BTreeMap<usize, RowState>,
}

impl BatchJournal {
    /// Opens the record of the batch with this fingerprint in a folder, or starts it.
    pub(super) fn open(folder: &Path, fingerprint: String, now: Timestamp) -> std::io::Result<Self> {
        private_folder(folder)?;
        let path = folder.join(format!("{}.jsonl", &fingerprint[..32]));
        let (log, lines) = AppendLog::open(&path)?;
        let mut record = Record { log, rows: BTreeMap::new() };
        let mut lines = lines.iter();
        let header = match lines.next() {
            Some(header) => parse(header, &path)?,
            None => {
                let header = Header { started_at: now, salt: String::new() };
                record.start(&header)?;
                header
            }
        };
        for line in lines {
            record.take_in(parse(line, &path)?);
        }
        Ok(Self { path, fingerprint, header, record: Mutex::new(record) })
    }

    /// Forgets every row, and starts the batch with new keys.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn restart(&mut self, now: Timestamp) -> std::io::Result<()> {
        let salt = IdempotencyKey::generate().as_str().to_owned();
        self.header = Header { started_at: now, salt };
        self.record.get_mut().unwrap_or_else(PoisonError::into_inner).start(&self.header)
    }

    /// The time at which the batch was started.
    pub(crate) fn started_at(&self) -> Timestamp {
        self.header.started_at
    }

    /// Returns whether no row was sent, or every row that was sent was refused.
    pub(crate) fn is_empty(&self) -> bool {
        self.with(|record| record.rows.is_empty())
    }

    /// Returns whether these are the first keys of the batch.
    pub(crate) fn has_first_keys(&self) -> bool {
        self.header.salt.is_empty()
    }

    /// Returns the key of a row.
    pub(crate) fn key(&self, row: usize) -> IdempotencyKey {
        key_of(&format!("{}:{}:{row}", self.fingerprint, self.header.salt))
    }

    /// Returns what is known about a row; `None` if it was not sent, or was refused.
    pub(crate) fn row(&self, row: usize) -> Option<RowState> {
        self.with(|record| record.rows.get(&row).cloned())
    }

    /// Records that a row is about to be sent.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn mark_sent(&self, row: usize, at: Timestamp) -> std::io::Result<()> {
        self.with(|record| record.append(Line::Sent { row, at }))
    }

    /// Records that a row is listed.
    ///
    /// # Errors
    /// If the file cannot be written. The row then counts as sent, which is safe.
    pub(crate) fn mark_listed(&self, row: usize, ticket: &Ticket) -> std::io::Result<()> {
        self.with(|record| record.append(Line::Listed { row, ticket: Box::new(ticket.clone()) }))
    }

    /// Records that the server refused a row.
    ///
    /// # Errors
    /// If the file cannot be written. The row then counts as sent, which is safe.
    pub(crate) fn mark_refused(&self, row: usize) -> std::io::Result<()> {
        self.with(|record| record.append(Line::Refused { row }))
    }

    /// Removes the record.
    pub(crate) fn remove(&self) {
        // A file that cannot be removed has no row: the next command starts the batch again.
        self.with(|record| record.log.clear());
        let _ = fs::remove_file(&self.path);
    }

    fn with<T>(&self, act: impl FnOnce(&mut Record) -> T) -> T {
        act(&mut self.record.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Returns the key of a row of a batch to which the user has given a key: the same one for the same row.
pub(crate) fn derived_key(key: &IdempotencyKey, row: usize) -> IdempotencyKey {
    key_of(&format!("{row}:{key}"))
}

fn key_of(text: &str) -> IdempotencyKey {
    let hex: String = Sha256::digest(text).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    // 32 hexadecimal digits are a key.
    IdempotencyKey::new(hex).unwrap_or_else(|_| IdempotencyKey::generate())
}

/// Parses a line. Without it, it would be unknown which rows were sent.
fn parse<T: DeserializeOwned>(line: &LogLine, path: &Path) -> std::io::Result<T> {
    serde_json::from_slice(&line.text).map_err(|error| {
        let text = format!("line {} of {} is damaged: {error}", line.number, path.display());
        std::io::Error::new(ErrorKind::InvalidData, text)
    })
}

impl Record {
    /// Starts the file again with this header.
    fn start(&mut self, header: &Header) -> std::io::Result<()> {
        self.rows.clear();
        self.log.clear();
        self.log.append(header)
    }

    fn append(&mut self, line: Line) -> std::io::Result<()> {
        self.log.append(&line)?;
        self.take_in(line);
        Ok(())
    }

    fn take_in(&mut self, line: Line) {
        match line {
            Line::Sent { row, at } => self.rows.insert(row, RowState::Sent(at)),
            Line::Listed { row, ticket } => self.rows.insert(row, RowState::Listed(ticket)),
            Line::Refused { row } => self.rows.remove(&row),
        };
    }
}
