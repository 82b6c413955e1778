//! `ticketing checkin --offline`: the door without a network.

use std::path::Path;

use ticketing_sdk::{IdempotencyKey, PassCode, Timestamp};

use super::door_list::{Decision, Door, DoorList};
use super::journal::{Admitted, DoorJournal};
use super::verdict::Verdict;
use crate::failure::Outcome;

/// The door, with its journal.
pub(crate) struct OfflineDoor {
    door: Door,
    journal: DoorJournal,
    device: Option<String>,
    /// Whether admissions are not noted.
    is_dry_run: bool,
}

impl OfflineDoor {
    /// Opens the door with this list. With `is_dry_run`, admissions are decided and not noted.
    ///
    /// # Errors
    /// If the list or its journal cannot be read, or another command works with them.
    pub(crate) fn open(list: &Path, device: Option<String>, is_dry_run: bool) -> Outcome<Self> {
        let door = Door::new(DoorList::read(list)?);
        Ok(Self { door, journal: DoorJournal::open(list)?, device, is_dry_run })
    }

    /// Returns a text for each admission of the journal that cannot be read.
    pub(crate) fn damage(&self) -> impl Iterator<Item = String> {
        let lines = self.journal.damage();
        lines.map(|line| {
            format!("{line}; the pass that it admitted could be admitted again: correct or delete it")
        })
    }

    /// Checks a code, and notes an admission before it returns.
    ///
    /// # Errors
    /// If the admission cannot be noted: then nobody was admitted.
    pub(crate) fn check_in(&mut self, code: &str, at: Timestamp) -> Outcome<Verdict> {
        let code = PassCode::from(code);
        let (pass, claim) = match self.door.decide(&code, |pass| self.journal.admitted(pass)) {
            Decision::Refuse(verdict) => return Ok(verdict),
            Decision::Admit(pass, claim) => (pass, claim),
        };
        let (title, seat) = (pass.title.clone(), pass.details.seat.clone());
        let device = self.device.clone();
        if self.is_dry_run {
            return Ok(Verdict { device, ..Verdict::admitted(claim.pass_id, title, seat, at) });
        }
        self.journal.admit(Admitted {
            pass_id: claim.pass_id.clone(),
            serial: claim.serial,
            code,
            title: title.clone(),
            seat: seat.clone(),
            at,
            device: device.clone(),
            key: IdempotencyKey::generate(),
        })?;
        Ok(Verdict { device, ..Verdict::admitted(claim.pass_id, title, seat, at) })
    }
}
