//! The door without a network: it admits by a list that was fetched before, and notes each admission in a journal that is
//! uploaded later. `ticketing checkin` and the marketplace on the terminal work with the same files.

mod journal;
mod list;
mod sync;

use std::path::{Path, PathBuf};

use ticketing_sdk::text::{has_visible, normalize};
use ticketing_sdk::{DoubleAdmission, IdempotencyKey, PassCode, Timestamp, Verdict};
use ticketing_tui::DoorClock;

use self::journal::{Admitted, DoorJournal, UploadOutcome};
use self::list::{Decision, Origin, Rules};
use crate::failure::Outcome;

pub(crate) use self::list::DoorList;
#[cfg(test)]
pub(crate) use self::list::vectors;
pub(crate) use self::sync::{Conflict, SyncReport, lock, requests, sync};

/// The door, with its journal.
#[derive(Debug)]
pub(crate) struct OfflineDoor {
    path: PathBuf,
    origin: Origin,
    clock: DoorClock,
    rules: Rules,
    journal: DoorJournal,
}

/// Returns what a door with this list and this journal knows of the time.
fn clock(list: &DoorList, journal: &DoorJournal) -> DoorClock {
    let clock = list.clock();
    let waiting = journal.entries().filter(|(_, outcome)| outcome.is_none()).map(|(admitted, _)| admitted.at);
    DoorClock { latest: waiting.fold(clock.latest, Timestamp::max), ..clock }
}

impl OfflineDoor {
    /// Opens the door with this list.
    ///
    /// # Errors
    /// If the list or its journal cannot be read, or another command works with them.
    pub(crate) fn open(path: &Path) -> Outcome<Self> {
        let list = DoorList::read(path)?;
        Ok(Self::new(path, list, DoorJournal::open(path)?))
    }

    /// Opens the door with a list that was fetched just now, and keeps the list.
    ///
    /// # Errors
    /// If the list cannot be written, another command works with its journal, or the journal has admissions to upload to
    /// another server or account.
    pub(crate) fn prepare(path: &Path, list: DoorList) -> Outcome<Self> {
        // The journal comes first: another command may work with the list that is there.
        let journal = DoorJournal::open(path)?;
        if let (1.., Ok(before)) = (journal.waiting(), DoorList::read(path)) {
            before.origin().ensure_same(&list.origin(), path)?;
        }
        list.write(path)?;
        Ok(Self::new(path, list, journal))
    }

    fn new(path: &Path, list: DoorList, journal: DoorJournal) -> Self {
        let (origin, clock) = (list.origin(), clock(&list, &journal));
        Self { path: path.to_owned(), origin, clock, rules: Rules::new(list), journal }
    }

    /// Admits by another list from now on, and keeps it.
    ///
    /// # Errors
    /// If the list cannot be written.
    pub(crate) fn replace_list(&mut self, list: DoorList) -> Outcome {
        list.write(&self.path)?;
        (self.origin, self.clock) = (list.origin(), clock(&list, &self.journal));
        self.rules = Rules::new(list);
        Ok(())
    }

    /// Returns the number of passes on the list.
    pub(crate) fn passes(&self) -> usize {
        self.rules.len()
    }

    /// Returns what the door knows of the time.
    pub(crate) fn clock(&self) -> DoorClock {
        self.clock
    }

    /// Returns the number of admissions that are not uploaded.
    pub(crate) fn waiting(&self) -> usize {
        self.journal.waiting()
    }

    /// Returns a text for each admission of the journal that cannot be read.
    pub(crate) fn damage(&self) -> impl Iterator<Item = String> {
        let lines = self.journal.damage();
        lines.map(|line| {
            format!("{line}; the pass that it admitted could be admitted again: correct or delete it")
        })
    }

    /// Decides about a code at `at`, a time of the server, and notes nothing.
    pub(crate) fn decide(&self, code: &PassCode, device: Option<&str>, at: Timestamp) -> Verdict {
        self.admission(code, device, at)
            .map_or_else(|refused| *refused, |(admitted, earlier)| admitted.verdict(earlier))
    }

    /// Checks a code at `at`, a time of the server, and notes an admission before it returns.
    ///
    /// # Errors
    /// If the admission cannot be recorded. Then the holder is not admitted.
    pub(crate) fn check_in(
        &mut self,
        code: &PassCode,
        device: Option<&str>,
        at: Timestamp,
    ) -> Outcome<Verdict> {
        let (admitted, earlier) = match self.admission(code, device, at) {
            Ok(admitted) => admitted,
            Err(refused) => return Ok(*refused),
        };
        let verdict = admitted.verdict(earlier);
        self.keep(admitted)?;
        Ok(verdict)
    }

    fn keep(&mut self, admitted: Admitted) -> Outcome {
        let at = admitted.at;
        self.journal.admit(admitted)?;
        self.clock.latest = self.clock.latest.max(at);
        Ok(())
    }

    /// Returns the admission to record and those of earlier holders, or the refusal.
    fn admission(
        &self,
        code: &PassCode,
        device: Option<&str>,
        at: Timestamp,
    ) -> Result<(Admitted, Vec<DoubleAdmission>), Box<Verdict>> {
        let (pass, claim, earlier) =
            match self.rules.decide(code, |pass| self.journal.admitted(pass).collect()) {
                Decision::Refuse(verdict) => return Err(verdict),
                Decision::Admit(pass, claim, earlier) => (pass, claim, earlier),
            };
        let admitted = Admitted {
            pass_id: claim.pass_id,
            serial: claim.serial,
            code: code.clone(),
            title: pass.title.clone(),
            seat: pass.details.seat.clone(),
            at: self.clock.admission_time(at),
            // As the server keeps it, so that both mean the same device.
            device: device.map(normalize).filter(|name| has_visible(name)),
            key: IdempotencyKey::generate(),
        };
        Ok((admitted, earlier))
    }

    /// Notes an admission that the server has made for this door, so that the door refuses the code without it, too.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub(crate) fn note(&mut self, code: &PassCode, device: Option<&str>, at: Timestamp) -> Outcome {
        let Ok((mut admitted, _)) = self.admission(code, device, at) else { return Ok(()) };
        // The time that the server has recorded.
        admitted.at = at;
        let (pass, serial) = (admitted.pass_id.clone(), admitted.serial);
        self.keep(admitted)?;
        self.journal.mark_uploaded(pass, serial, UploadOutcome::Uploaded)
    }
}
