//! The door without a network: it admits by a list that was fetched before, and notes each admission in a journal that is
//! uploaded later. `ticketing checkin` and the marketplace on the terminal work with the same files.

mod journal;
mod list;
mod sync;

use std::path::{Path, PathBuf};

use ticketing_sdk::text::{has_visible, normalize};
use ticketing_sdk::{Admission, IdempotencyKey, PassClaim, Timestamp, Verdict};
use ticketing_tui::{DoorClock, Scan};

use self::journal::{DoorJournal, OfflineAdmission, UploadOutcome};
use self::list::Rules;
use crate::failure::CliResult;
use crate::journal::files_in;

pub(crate) use self::list::DoorList;
#[cfg(test)]
pub(crate) use self::list::vectors;
pub(crate) use self::sync::{Conflict, SyncReport, requests, sync};

/// The door, with its journal.
#[derive(Debug)]
pub(crate) struct OfflineDoor {
    path: PathBuf,
    clock: DoorClock,
    rules: Rules,
    journal: DoorJournal,
}

/// Returns the number of admissions in a folder that wait for their upload to this server. Other commands may work with the files.
pub(crate) fn waiting_in(folder: &Path, server: &str) -> usize {
    let lists = files_in(folder, "json").into_iter();
    let own = lists.filter(|path| DoorList::read(path).is_ok_and(|list| list.server == server));
    own.map(|path| DoorJournal::read_waiting(&path).unwrap_or_default()).sum()
}

/// Returns what is wrong with the lists and the journals of the doors of a folder. Other commands may work with them.
pub(crate) fn damage_in(folder: &Path) -> Vec<String> {
    let lists = files_in(folder, "json").into_iter().filter_map(|path| DoorList::read(&path).err()?.message);
    let journals = files_in(folder, "journal").into_iter().flat_map(|path| {
        DoorJournal::read_damage(&path).unwrap_or_else(|error| vec![format!("{}: {error}", path.display())])
    });
    lists.chain(journals).collect()
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
    pub(crate) fn open(path: &Path) -> CliResult<Self> {
        let list = DoorList::read(path)?;
        Ok(Self::new(path, list, DoorJournal::open(path)?))
    }

    /// Opens the door with a list that was fetched just now, and keeps the list.
    ///
    /// # Errors
    /// If the list cannot be written, another command works with its journal, or the journal has admissions to upload to
    /// another server or account.
    pub(crate) fn prepare(path: &Path, list: DoorList) -> CliResult<Self> {
        // The journal comes first: another command may work with the list that is there.
        let journal = DoorJournal::open(path)?;
        if let (1.., Ok(before)) = (journal.waiting_count(), DoorList::read(path)) {
            before.ensure_same_origin(&list, path)?;
        }
        list.write(path)?;
        Ok(Self::new(path, list, journal))
    }

    fn new(path: &Path, list: DoorList, journal: DoorJournal) -> Self {
        let clock = clock(&list, &journal);
        Self { path: path.to_owned(), clock, rules: Rules::new(list), journal }
    }

    /// Admits by another list from now on, and keeps it.
    ///
    /// # Errors
    /// If the list cannot be written.
    pub(crate) fn replace_list(&mut self, list: DoorList) -> CliResult {
        list.write(&self.path)?;
        self.clock = clock(&list, &self.journal);
        self.rules = Rules::new(list);
        Ok(())
    }

    /// Returns the number of passes on the list.
    pub(crate) fn passes(&self) -> usize {
        self.rules.list.passes.len()
    }

    /// Returns what the door knows of the time.
    pub(crate) fn clock(&self) -> DoorClock {
        self.clock
    }

    /// Returns the number of admissions that are not uploaded.
    pub(crate) fn waiting_count(&self) -> usize {
        self.journal.waiting_count()
    }

    /// Returns a text for each admission of the journal that cannot be read.
    pub(crate) fn damage(&self) -> impl Iterator<Item = String> {
        self.journal.damage().iter().map(|line| {
            format!("{line}; the pass that it admitted could be admitted again: correct or delete it")
        })
    }

    /// Decides about a code, and notes nothing.
    pub(crate) fn decide(&self, scan: &Scan) -> Verdict {
        self.admission(scan, None).map_or_else(|refused| *refused, |(_, verdict)| verdict)
    }

    /// Checks a code, and notes an admission before it returns. `asked` is the key of the request about this scan to which the
    /// server has not answered: the upload has the same key, so that both are one admission.
    ///
    /// # Errors
    /// If the admission cannot be recorded. Then the holder is not admitted.
    pub(crate) fn check_in(&mut self, scan: &Scan, asked: Option<&IdempotencyKey>) -> CliResult<Verdict> {
        match self.admission(scan, asked) {
            Ok((admitted, verdict)) => self.keep(admitted).map(|()| verdict),
            Err(refused) => Ok(*refused),
        }
    }

    fn keep(&mut self, admitted: OfflineAdmission) -> CliResult {
        let at = admitted.at;
        self.journal.admit(admitted)?;
        self.clock.latest = self.clock.latest.max(at);
        Ok(())
    }

    /// Returns the admission to record and the verdict then, or the refusal.
    fn admission(
        &self,
        scan: &Scan,
        asked: Option<&IdempotencyKey>,
    ) -> Result<(OfflineAdmission, Verdict), Box<Verdict>> {
        let request = asked.map(|_| scan.into());
        let scan = Scan { at: self.clock.admission_time(scan.at), ..scan.clone() };
        let (pass, claim, earlier) =
            self.rules.decide(&scan, |pass| self.journal.admissions_of(pass).collect())?;
        let device = device_name(&scan);
        let Scan { code, at, within, .. } = scan;
        let details = &pass.details;
        let mut admission = Admission::new(claim.pass_id.clone(), &pass.title, at).double_admissions(earlier);
        admission.seat.clone_from(&details.seat);
        admission.venue.clone_from(&details.venue);
        admission.starts_at.clone_from(&details.starts_at);
        let mut verdict = Verdict::admitted(admission);
        if let Some(span) = within {
            verdict = verdict.expected_within(span);
        }
        verdict.device.clone_from(&device);
        let admitted = OfflineAdmission {
            pass_id: claim.pass_id,
            serial: claim.serial,
            code,
            title: pass.title.clone(),
            seat: details.seat.clone(),
            at,
            device,
            key: asked.cloned().unwrap_or_else(IdempotencyKey::generate),
            asked: request,
        };
        Ok((admitted, verdict))
    }

    /// Notes the verdict of the server that admits a scan of this door, so that the door refuses the code without it, too, and
    /// learns of an admission by another door. The pass may have been sold after the list was made.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub(crate) fn note(&mut self, scan: &Scan, verdict: &Verdict) -> CliResult {
        let (Ok(claim), Some(at)) = (PassClaim::decode_unverified(&scan.code), verdict.admitted_at) else {
            return Ok(());
        };
        let PassClaim { pass_id, serial, .. } = claim;
        if self.journal.admissions_of(&pass_id).any(|known| known.serial == serial) {
            return Ok(());
        }
        let (code, title, seat) =
            (scan.code.clone(), verdict.title.clone().unwrap_or_default(), verdict.seat.clone());
        let (device, key) = (device_name(scan), IdempotencyKey::generate());
        let admitted = OfflineAdmission { pass_id, serial, code, title, seat, at, device, key, asked: None };
        self.keep(admitted.clone())?;
        self.journal.mark_uploaded(&admitted, UploadOutcome::Uploaded, None)
    }
}

/// Returns the name of the device as the server keeps it, so that both mean the same device.
fn device_name(scan: &Scan) -> Option<String> {
    scan.device.as_deref().map(normalize).filter(|name| has_visible(name))
}
