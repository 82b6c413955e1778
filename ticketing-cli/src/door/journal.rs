//! The journal of a door without a network: an admission is on disk before the door says so.
//!
//! The file lies beside the door list. It holds the code of each pass that entered, the time, the device and the idempotency key of
//! its upload, and the outcome of the upload.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ticketing_sdk::{Admission, IdempotencyKey, PassCode, PassId, Timestamp, Verdict};

use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::journal::{AppendLog, LogLine};

/// An admission of this door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Admitted {
    pub(super) pass_id: PassId,
    pub(super) serial: u16,
    pub(super) code: PassCode,
    pub(super) title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seat: Option<String>,
    pub(super) at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) device: Option<String>,
    pub(super) key: IdempotencyKey,
}

impl Admitted {
    /// Returns what the door says.
    pub(super) fn verdict(&self) -> Verdict {
        let Self { pass_id, title, seat, at, device, .. } = self.clone();
        let mut admission = Admission::new(pass_id, title, at);
        admission.seat = seat;
        let mut verdict = Verdict::admitted(admission);
        verdict.device = device;
        verdict
    }
}

/// The verdict of the server on an admission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "outcome")]
pub(super) enum UploadOutcome {
    /// The server has the admission.
    Uploaded,
    /// Another device has admitted the pass before.
    #[serde(rename_all = "camelCase")]
    Double {
        first_at: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first_device: Option<String>,
    },
    /// The server refuses the pass.
    Refused { reason: String, message: String },
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Line {
    Admitted(Box<Admitted>),
    #[serde(rename_all = "camelCase")]
    Upload {
        pass_id: PassId,
        #[serde(flatten)]
        outcome: UploadOutcome,
    },
}

/// The journal, locked by this process.
#[derive(Debug)]
pub(super) struct DoorJournal {
    log: AppendLog,
    path: PathBuf,
    /// In the order of their times.
    passes: Vec<PassId>,
    entries: HashMap<PassId, (Admitted, Option<UploadOutcome>)>,
    /// The lines that cannot be read: their numbers, and why.
    damaged: Vec<(usize, serde_json::Error)>,
}

impl DoorJournal {
    /// Opens the journal beside a door list, or starts it. A damaged line is left out, and stays in the file.
    ///
    /// # Errors
    /// If it cannot be read or written, or another command works with it.
    pub(super) fn open(list: &Path) -> Outcome<Self> {
        let mut path = list.as_os_str().to_owned();
        path.push(".journal");
        let path = PathBuf::from(path);
        let failed = |error: std::io::Error| match error.kind() {
            ErrorKind::WouldBlock => {
                Failure::new(Exit::Conflict, format!("another command works with {}", path.display()))
                    .hint("each device needs a door list of its own")
            }
            _ => Failure::failed(format!("cannot open the journal {}: {error}", path.display())),
        };
        let (log, lines) = AppendLog::open(&path).map_err(failed)?;
        let mut journal = Self {
            log,
            path: path.clone(),
            passes: Vec::new(),
            entries: HashMap::new(),
            damaged: Vec::new(),
        };
        for LogLine { number, text } in lines {
            match serde_json::from_slice(&text) {
                Ok(line) => journal.take_in(line),
                Err(error) => journal.damaged.push((number, error)),
            }
        }
        Ok(journal)
    }

    /// Returns a text for each damaged line.
    pub(super) fn damage(&self) -> impl Iterator<Item = String> {
        let path = self.path.display();
        self.damaged.iter().map(move |(number, error)| {
            format!("line {number} of {path} is damaged and is left out: {error}")
        })
    }

    /// Returns the number of admissions that are not uploaded.
    pub(super) fn waiting(&self) -> usize {
        self.entries().filter(|(_, outcome)| outcome.is_none()).count()
    }

    /// Returns the admission of a pass.
    pub(super) fn admitted(&self, pass: &PassId) -> Option<&Admitted> {
        self.entries.get(pass).map(|(admitted, _)| admitted)
    }

    /// Notes an admission. It is on disk when this returns.
    ///
    /// # Errors
    /// If it cannot be written: then nobody was admitted.
    pub(super) fn admit(&mut self, admitted: Admitted) -> Outcome {
        self.append(Line::Admitted(Box::new(admitted)))
    }

    /// Records the outcome of an upload.
    ///
    /// # Errors
    /// If it cannot be written: then the admission is uploaded again, with its key.
    pub(super) fn mark_uploaded(&mut self, pass_id: PassId, outcome: UploadOutcome) -> Outcome {
        self.append(Line::Upload { pass_id, outcome })
    }

    /// Returns the admissions, the oldest first, with the outcomes of their uploads.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&Admitted, Option<&UploadOutcome>)> {
        let entries = self.passes.iter().filter_map(|pass| self.entries.get(pass));
        entries.map(|(admitted, outcome)| (admitted, outcome.as_ref()))
    }

    fn append(&mut self, line: Line) -> Outcome {
        self.log.append(&line).map_err(|error| {
            Failure::failed(format!("cannot write the journal {}: {error}", self.path.display()))
        })?;
        self.take_in(line);
        Ok(())
    }

    fn take_in(&mut self, line: Line) {
        match line {
            Line::Admitted(admitted) => {
                self.passes.push(admitted.pass_id.clone());
                self.entries.insert(admitted.pass_id.clone(), (*admitted, None));
            }
            Line::Upload { pass_id, outcome } => {
                if let Some((_, uploaded)) = self.entries.get_mut(&pass_id) {
                    *uploaded = Some(outcome);
                }
            }
        }
    }
}
