//! The record of many listings: which tickets were sent, and which are listed.
//!
//! The record is a file of JSON lines, one for each step of a ticket. A ticket is on disk as sent before its request leaves.
//! The command holds the lock of the file. The key of a ticket follows from its content, its number among equal tickets of one
//! command, and the account. So the same row of a file has the same key, in whichever file it is and wherever in it.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ticketing_sdk::{IdempotencyKey, Ticket, TicketId, Timestamp};

use super::{AppendLog, LogLine};
use crate::client_dirs::private_folder;

/// The record of listings, locked by this process.
#[derive(Debug)]
pub(crate) struct BatchJournal {
    path: PathBuf,
    scope: String,
    record: Mutex<BatchRecord>,
}

/// The outcome of a ticket that was sent.
#[derive(Debug, Clone)]
pub(crate) enum RowState {
    /// The ticket was sent first at this time, and its outcome is unknown.
    Sent(Timestamp),
    /// The ticket is listed.
    Listed(Box<Ticket>),
}

/// A command that lists tickets with keys of its own, although equal ones are listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchRun {
    /// Distinguishes the keys of this run.
    pub(crate) salt: String,
    pub(crate) started_at: Timestamp,
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum BatchLine {
    Started { name: String, run: BatchRun },
    Finished { name: String },
    Sent { key: String, at: Timestamp },
    Listed { key: String, ticket: Box<Ticket> },
    Refused { key: String },
}

#[derive(Debug)]
struct BatchRecord {
    log: AppendLog,
    rows: HashMap<String, RowState>,
    /// The runs that are not finished, by their names.
    runs: HashMap<String, BatchRun>,
}

impl BatchJournal {
    /// Opens the record of this scope in a folder, or starts it.
    pub(super) fn open(folder: &Path, scope: String) -> std::io::Result<Self> {
        private_folder(folder)?;
        let path = folder.join(format!("{}.jsonl", &scope[..32]));
        let (log, lines) = AppendLog::open(&path)?;
        let mut record = BatchRecord { log, rows: HashMap::new(), runs: HashMap::new() };
        for line in lines {
            record.apply_line(parse(line, &path)?);
        }
        Ok(Self { path, scope, record: Mutex::new(record) })
    }

    /// Returns what is wrong with a record; `None` if every line can be read.
    pub(super) fn damage(path: &Path) -> Option<String> {
        let lines = AppendLog::read(path).map_err(|error| format!("{}: {error}", path.display()));
        let parsed = lines.and_then(|lines| {
            lines.into_iter().try_for_each(|line| parse(line, path).map(drop).map_err(|e| e.to_string()))
        });
        parsed.err()
    }

    /// Returns the run of this name that is not finished.
    pub(crate) fn run(&self, name: &str) -> Option<BatchRun> {
        self.with_record(|record| record.runs.get(name).cloned())
    }

    /// Starts a run of this name, in place of an earlier one.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn start_run(&self, name: &str, now: Timestamp) -> std::io::Result<BatchRun> {
        let run = BatchRun { salt: IdempotencyKey::generate().as_str().to_owned(), started_at: now };
        let line = BatchLine::Started { name: name.to_owned(), run: run.clone() };
        self.with_record(|record| record.append(line))?;
        Ok(run)
    }

    /// Ends the run of this name.
    ///
    /// # Errors
    /// If the file cannot be written. The run is then continued, which lists nothing twice.
    pub(crate) fn finish_run(&self, name: &str) -> std::io::Result<()> {
        self.with_record(|record| record.append(BatchLine::Finished { name: name.to_owned() }))
    }

    /// Returns the key of a ticket: of its content, its number among the equal ones of its command, and the salt of its run.
    pub(crate) fn key(&self, salt: &str, number: usize, content: &str) -> IdempotencyKey {
        row_key(&format!("{}:{salt}", self.scope), number, content)
    }

    /// Returns what is known about a ticket; `None` if it was not sent, or was refused.
    pub(crate) fn row(&self, key: &IdempotencyKey) -> Option<RowState> {
        self.with_record(|record| record.rows.get(key.as_str()).cloned())
    }

    /// Returns the tickets that rows have made.
    pub(crate) fn listed_ids(&self) -> HashSet<TicketId> {
        let id = |row: &RowState| match row {
            RowState::Listed(ticket) => Some(ticket.id.clone()),
            RowState::Sent(_) => None,
        };
        self.with_record(|record| record.rows.values().filter_map(id).collect())
    }

    /// Records that a ticket is about to be sent.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn mark_sent(&self, key: &IdempotencyKey, at: Timestamp) -> std::io::Result<()> {
        self.with_record(|record| record.append(BatchLine::Sent { key: key.to_string(), at }))
    }

    /// Records that a ticket is listed.
    ///
    /// # Errors
    /// If the file cannot be written. The ticket then counts as sent, which is safe.
    pub(crate) fn mark_listed(&self, key: &IdempotencyKey, ticket: &Ticket) -> std::io::Result<()> {
        let line = BatchLine::Listed { key: key.to_string(), ticket: Box::new(ticket.clone()) };
        self.with_record(|record| record.append(line))
    }

    /// Records that the server refused a ticket.
    ///
    /// # Errors
    /// If the file cannot be written. The ticket then counts as sent, which is safe.
    pub(crate) fn mark_refused(&self, key: &IdempotencyKey) -> std::io::Result<()> {
        self.with_record(|record| record.append(BatchLine::Refused { key: key.to_string() }))
    }

    /// Returns whether no ticket was sent, or every ticket that was sent was refused.
    pub(crate) fn is_empty(&self) -> bool {
        self.with_record(|record| record.rows.is_empty())
    }

    /// Removes the record.
    pub(crate) fn remove(&self) {
        // A file that cannot be removed has no line: the next command starts from its first row.
        self.with_record(|record| record.log.clear());
        let _ = fs::remove_file(&self.path);
    }

    fn with_record<T>(&self, act: impl FnOnce(&mut BatchRecord) -> T) -> T {
        act(&mut self.record.lock())
    }
}

/// Returns the key of a ticket of a command to which a key or a scope belongs: the same one for the same ticket.
pub(crate) fn row_key(scope: &str, number: usize, content: &str) -> IdempotencyKey {
    let text = HEXLOWER.encode(&Sha256::digest(format!("{scope}:{number}:{content}"))[..16]);
    // 32 hexadecimal digits are a key.
    IdempotencyKey::new(text).unwrap_or_else(|_| IdempotencyKey::generate())
}

/// Returns a line that can be read. Without it, it would be unknown which tickets were sent.
fn parse((number, line): LogLine<BatchLine>, path: &Path) -> std::io::Result<BatchLine> {
    line.map_err(|error| {
        let text = format!("line {number} of {} is damaged: {error}", path.display());
        std::io::Error::new(ErrorKind::InvalidData, text)
    })
}

impl BatchRecord {
    fn append(&mut self, line: BatchLine) -> std::io::Result<()> {
        self.log.append(&line)?;
        self.apply_line(line);
        Ok(())
    }

    fn apply_line(&mut self, line: BatchLine) {
        match line {
            BatchLine::Started { name, run } => drop(self.runs.insert(name, run)),
            BatchLine::Finished { name } => drop(self.runs.remove(&name)),
            BatchLine::Sent { key, at } => drop(self.rows.insert(key, RowState::Sent(at))),
            BatchLine::Listed { key, ticket } => drop(self.rows.insert(key, RowState::Listed(ticket))),
            BatchLine::Refused { key } => drop(self.rows.remove(&key)),
        }
    }
}
