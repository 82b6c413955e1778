//! The door on this machine: it admits people also without a network.

use std::time::Duration;

use futures_util::future::BoxFuture;
use ticketing_sdk::{DoubleAdmission, IdempotencyKey, NewCheckIn, PassCode, Timestamp, UserId, Verdict};

use crate::call_error::CallError;
use crate::door_clock::DoorClock;

/// The doors of the accounts on this machine: each has a door list, and a journal of the admissions that the server does not
/// know of yet.
pub trait Door: Send + Sync {
    /// Returns the state of the door of an account; `None` if it is not prepared.
    ///
    /// # Errors
    /// If its files cannot be read, or another program works with them.
    fn open(&self, issuer: &UserId) -> Result<Option<DoorState>, CallError>;

    /// Returns how many admissions of the accounts of this server wait for their upload, as far as the files can be read.
    fn waiting_count(&self) -> usize;

    /// Fetches the door list from the server, and keeps it.
    ///
    /// # Errors
    /// If the server does not answer, or the list cannot be kept: the earlier list stays.
    fn prepare<'a>(&'a self, issuer: &'a UserId) -> BoxFuture<'a, Result<DoorState, CallError>>;

    /// Admits a code by the door list. An admission is on disk before this returns. `asked` is the key of the request about this
    /// scan, whose answer may have been lost: the upload has the same key, so that both are one admission.
    ///
    /// # Errors
    /// If the door is not prepared, or its journal cannot be written: nobody is admitted then.
    fn check_in(&self, issuer: &UserId, scan: &Scan, asked: &IdempotencyKey) -> Result<Verdict, CallError>;

    /// Notes the verdict of the server that admits a scan, so that the door refuses the code without the server, too.
    ///
    /// # Errors
    /// If the journal cannot be written.
    fn note(&self, issuer: &UserId, scan: &Scan, verdict: &Verdict) -> Result<(), CallError>;

    /// Uploads the journal, and fetches the door list again.
    ///
    /// # Errors
    /// If the server does not answer. What is uploaded stays noted.
    fn sync<'a>(&'a self, issuer: &'a UserId) -> BoxFuture<'a, Result<DoorSync, CallError>>;
}

/// A code at a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The code.
    pub code: PassCode,
    /// The name of the door, which the server keeps with the admission.
    pub device: Option<String>,
    /// The time of the server at the scan, as far as it is known.
    pub at: Timestamp,
    /// How long before or after the scan the event starts at most; `None`: whenever it starts.
    pub within: Option<Duration>,
}

impl From<&Scan> for NewCheckIn {
    /// Returns the request to check the code in now.
    fn from(scan: &Scan) -> Self {
        let mut new = Self::new(scan.code.clone());
        if let Some(device) = &scan.device {
            new = new.device(device);
        }
        if let Some(span) = scan.within {
            new = new.starts_within(span);
        }
        new
    }
}

/// The state of a door without a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorState {
    /// The clock of the door.
    pub clock: DoorClock,
    /// The number of passes on the list.
    pub passes: usize,
    /// The number of admissions that wait for their upload.
    pub waiting: usize,
    /// The errors of the journal, one for each line.
    pub damage: Vec<String>,
}

/// The result of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorSync {
    /// The state afterwards.
    pub state: DoorState,
    /// The admissions of this door with which the server does not agree.
    pub conflicts: Vec<AdmissionConflict>,
}

/// An admission with which the server does not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmissionConflict {
    /// The title of the pass.
    pub title: String,
    /// Its seat.
    pub seat: Option<String>,
    /// Every admission of the pass, the earliest first; empty if there is no other one.
    pub admissions: Vec<DoubleAdmission>,
    /// Why the server refuses the pass; empty if it was only admitted twice.
    pub message: String,
}
