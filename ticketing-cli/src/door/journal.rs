//! The journal of an offline door: an admission is on disk before the door shows it.
//!
//! The file lies beside the door list. It holds the code of each pass that entered, the time, the device and the idempotency key of
//! its upload, and the outcome of the upload.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ticketing_sdk::{ErrorCode, IdempotencyKey, NewCheckIn, PassCode, PassId, Timestamp};

use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::files::with_suffix;
use crate::journal::AppendLog;

/// An admission of this door: of a pass and a serial, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OfflineAdmission {
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
    /// The request with this key that had no answer in time: the server may have admitted the holder by it, or may do so later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) asked: Option<NewCheckIn>,
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
    #[serde(rename_all = "camelCase")]
    Refused {
        reason: String,
        message: String,
        /// Whether the pass was for sale, and the upload has withdrawn its listing.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        offer_withdrawn: bool,
    },
}

impl UploadOutcome {
    /// Returns whether the server records such an admission: it is of a genuine code, whatever the pass was then.
    pub(super) fn is_recorded(&self) -> bool {
        match self {
            Self::Uploaded | Self::Double { .. } => true,
            Self::Refused { .. } => [ErrorCode::PassSuperseded, ErrorCode::PassOffered]
                .iter()
                .any(|code| self.is_refused_for(code)),
        }
    }

    /// Returns whether the server refuses the pass with this code.
    pub(super) fn is_refused_for(&self, code: &ErrorCode) -> bool {
        matches!(self, Self::Refused { reason, .. } if reason == code.as_str())
    }

    /// Returns whether the upload has withdrawn the listing of the pass.
    pub(super) fn has_withdrawn_offer(&self) -> bool {
        // An earlier server does not say so, and an earlier version has not noted it.
        self.is_refused_for(&ErrorCode::PassOffered)
            || matches!(self, Self::Refused { offer_withdrawn: true, .. })
    }
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Line {
    Admitted(Box<OfflineAdmission>),
    #[serde(rename_all = "camelCase")]
    Upload {
        pass_id: PassId,
        serial: u16,
        /// The time of the admission. A line of an earlier version has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
        /// The time that the server has recorded, if it has admitted the holder by the request without an answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recorded_at: Option<Timestamp>,
        #[serde(flatten)]
        outcome: UploadOutcome,
    },
}

/// The journal, locked by this process.
#[derive(Debug)]
pub(super) struct DoorJournal {
    log: AppendLog,
    path: PathBuf,
    entries: Entries,
    /// A text for each line that cannot be read.
    damage: Vec<String>,
}

impl DoorJournal {
    /// Opens the journal beside a door list, or starts it. A damaged line is left out, and stays in the file.
    ///
    /// # Errors
    /// If it cannot be read or written, or another command works with it.
    pub(super) fn open(list: &Path) -> CliResult<Self> {
        let path = path_of(list);
        let failed = |error: std::io::Error| match error.kind() {
            ErrorKind::WouldBlock => {
                Failure::new(Exit::Conflict, format!("another command works with {}", path.display()))
                    .hint("each device needs a door list of its own")
            }
            _ => Failure::failed(format!("cannot open the journal {}: {error}", path.display())),
        };
        let (log, lines) = AppendLog::open(&path).map_err(failed)?;
        let mut journal = Self { log, path: path.clone(), entries: Entries::default(), damage: Vec::new() };
        for (number, line) in lines {
            match line {
                Ok(line) => journal.entries.apply(line),
                Err(error) => journal.damage.push(damaged_line(&path, number, &error)),
            }
        }
        Ok(journal)
    }

    /// Returns a text for each damaged line.
    pub(super) fn damage(&self) -> &[String] {
        &self.damage
    }

    /// Returns the number of admissions beside a door list that are not uploaded, as far as the lines can be read. Another command
    /// may work with the journal.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn read_waiting(list: &Path) -> std::io::Result<usize> {
        let mut entries = Entries::default();
        let lines = AppendLog::read(&path_of(list))?.into_iter();
        lines.filter_map(|(_, line)| line.ok()).for_each(|line| entries.apply(line));
        Ok(entries.waiting_count())
    }

    /// Returns a text for each damaged line of a journal with which another command may work.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn read_damage(path: &Path) -> std::io::Result<Vec<String>> {
        let lines = AppendLog::read::<Line>(path)?.into_iter();
        Ok(lines.filter_map(|(number, line)| Some(damaged_line(path, number, &line.err()?))).collect())
    }

    /// Returns the number of admissions that are not uploaded.
    pub(super) fn waiting_count(&self) -> usize {
        self.entries.waiting_count()
    }

    /// Returns the admissions of a pass, one for each serial.
    pub(super) fn admissions_of(&self, pass: &PassId) -> impl Iterator<Item = &OfflineAdmission> {
        self.entries.0.range(Entries::range(pass, 0..=u16::MAX)).map(|(_, (admitted, _))| admitted)
    }

    /// Records an admission. It is on disk when this returns.
    ///
    /// # Errors
    /// If the journal cannot be written; the holder is then not admitted.
    pub(super) fn admit(&mut self, admitted: OfflineAdmission) -> CliResult {
        self.append(Line::Admitted(Box::new(admitted)))
    }

    /// Records the outcome of an upload, and the time of the admission if the server has recorded another one.
    ///
    /// # Errors
    /// If it cannot be written: then the admission is uploaded again, with its key.
    pub(super) fn mark_uploaded(
        &mut self,
        admitted: &OfflineAdmission,
        outcome: UploadOutcome,
        recorded_at: Option<Timestamp>,
    ) -> CliResult {
        let OfflineAdmission { pass_id, serial, at, .. } = admitted.clone();
        self.append(Line::Upload { pass_id, serial, at: Some(at), recorded_at, outcome })
    }

    /// Returns the admissions with the outcomes of their uploads.
    pub(super) fn entries(&self) -> impl Iterator<Item = &(OfflineAdmission, Option<UploadOutcome>)> {
        self.entries.0.values()
    }

    fn append(&mut self, line: Line) -> CliResult {
        self.log.append(&line).map_err(|error| {
            Failure::failed(format!("cannot write the journal {}: {error}", self.path.display()))
        })?;
        self.entries.apply(line);
        Ok(())
    }
}

/// Admissions by pass, serial and time, with the outcomes of their uploads. A pass has one for each serial, and several where it was
/// admitted again while the line of its first admission was damaged.
#[derive(Debug, Default)]
struct Entries(BTreeMap<EntryKey, (OfflineAdmission, Option<UploadOutcome>)>);

type EntryKey = (PassId, u16, Timestamp);

impl Entries {
    /// Returns the range of the admissions of a pass with these serials.
    fn range(pass: &PassId, serials: RangeInclusive<u16>) -> RangeInclusive<EntryKey> {
        let (first, last) = serials.into_inner();
        (pass.clone(), first, Timestamp::MIN)..=(pass.clone(), last, Timestamp::MAX)
    }

    fn apply(&mut self, line: Line) {
        match line {
            Line::Admitted(admitted) => {
                self.insert(*admitted, None);
            }
            Line::Upload { pass_id, serial, at, recorded_at, outcome } => {
                let mut entries = self.0.range(Self::range(&pass_id, serial..=serial));
                let entry = entries.find(|((_, _, entry_at), _)| at.is_none_or(|at| at == *entry_at));
                let key = entry.map(|(key, _)| key.clone());
                if let Some((mut admitted, _)) = key.and_then(|key| self.0.remove(&key)) {
                    admitted.at = recorded_at.unwrap_or(admitted.at);
                    self.insert(admitted, Some(outcome));
                }
            }
        }
    }

    fn insert(&mut self, admitted: OfflineAdmission, outcome: Option<UploadOutcome>) {
        let key = (admitted.pass_id.clone(), admitted.serial, admitted.at);
        self.0.insert(key, (admitted, outcome));
    }

    fn waiting_count(&self) -> usize {
        self.0.values().filter(|(_, outcome)| outcome.is_none()).count()
    }
}

/// Returns the path of the journal beside a door list.
fn path_of(list: &Path) -> PathBuf {
    with_suffix(list, ".journal")
}

fn damaged_line(path: &Path, number: usize, error: &serde_json::Error) -> String {
    format!("line {number} of {} is damaged and is left out: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(at: i64) -> OfflineAdmission {
        OfflineAdmission {
            pass_id: "p-1".into(),
            serial: 0,
            code: "TK1".into(),
            title: "Opera".to_owned(),
            seat: None,
            at: Timestamp::from_millis(at),
            device: None,
            key: IdempotencyKey::generate(),
            asked: None,
        }
    }

    #[test]
    fn last_line_that_lacks_only_its_line_break_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("door.json");
        DoorJournal::open(&list).unwrap().admit(admission(1)).unwrap();
        let file = std::fs::OpenOptions::new().write(true).open(path_of(&list)).unwrap();
        file.set_len(file.metadata().unwrap().len() - 1).unwrap();
        assert_eq!(DoorJournal::read_waiting(&list).unwrap(), 1);
        let mut journal = DoorJournal::open(&list).unwrap();
        assert_eq!(journal.waiting_count(), 1);
        journal.admit(admission(2)).unwrap();
        drop(journal);
        file.set_len(file.metadata().unwrap().len() - 2).unwrap();
        let journal = DoorJournal::open(&list).unwrap();
        assert_eq!((journal.waiting_count(), journal.damage().len()), (1, 0));
    }

    #[test]
    fn every_admission_of_a_pass_has_an_outcome_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("door.json");
        let (earlier, later) = (admission(1), admission(2));
        let refused = || UploadOutcome::Refused {
            reason: "pass_used".to_owned(),
            message: "used".to_owned(),
            offer_withdrawn: false,
        };
        let mut journal = DoorJournal::open(&list).unwrap();
        journal.admit(later.clone()).unwrap();
        journal.mark_uploaded(&later, refused(), None).unwrap();
        // The line of this one was damaged, and is corrected after the upload of the other.
        journal.admit(earlier.clone()).unwrap();
        assert_eq!((journal.waiting_count(), DoorJournal::read_waiting(&list).unwrap()), (1, 1));
        journal.mark_uploaded(&earlier, UploadOutcome::Uploaded, None).unwrap();
        drop(journal);
        let journal = DoorJournal::open(&list).unwrap();
        let outcomes: Vec<_> =
            journal.entries().map(|(entry, outcome)| (entry.at.as_millis(), outcome.clone())).collect();
        assert_eq!(outcomes, [(1, Some(UploadOutcome::Uploaded)), (2, Some(refused()))]);
    }
}
