//! The doors of the marketplace on the terminal: the files of `ticketing checkin --offline`, in the folder of the client.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use ticketing_sdk::{Client, IdempotencyKey, UserId, Verdict};
use ticketing_tui::{AdmissionConflict, CallError, Door, DoorState, DoorSync, Scan};

use crate::client_dirs::private_folder;
use crate::door::{self, Conflict, DoorList, OfflineDoor};
use crate::failure::{CliResult, Failure};

/// A door that is open.
type OpenDoor = Arc<Mutex<OfflineDoor>>;

/// The doors of the accounts of a marketplace.
pub(crate) struct Doors {
    client: Client,
    /// The folder of the door lists; `None` if the user has no home directory.
    folder: Option<PathBuf>,
    /// The door that is open, which no other command can open then, and the file of its list.
    open: Mutex<Option<(PathBuf, OpenDoor)>>,
}

impl Doors {
    pub(crate) fn new(client: Client, folder: Option<PathBuf>) -> Self {
        Self { client, folder, open: Mutex::new(None) }
    }

    /// Returns the path of the door list of an account. The name does not reveal the account.
    fn path(&self, issuer: &UserId) -> CliResult<PathBuf> {
        let folder =
            self.folder.as_ref().ok_or_else(|| Failure::failed("this user has no home directory"))?;
        let account = format!("{}\n{}", self.client.server(), issuer.as_str());
        let name = data_encoding::HEXLOWER.encode(&Sha256::digest(account)[..4]);
        Ok(folder.join(format!("door-{name}.json")))
    }

    /// Returns the door of a path. If it is not open, `make` opens it, or returns `None` if there is no door.
    fn door(
        &self,
        path: &Path,
        make: impl FnOnce() -> CliResult<Option<OfflineDoor>>,
    ) -> CliResult<Option<OpenDoor>> {
        let mut open = self.open.lock();
        if let Some((_, door)) = open.as_ref().filter(|(opened, _)| opened == path) {
            return Ok(Some(Arc::clone(door)));
        }
        // The lock of the previous door is released first.
        *open = None;
        let Some(door) = make()? else { return Ok(None) };
        let door = Arc::new(Mutex::new(door));
        *open = Some((path.to_owned(), Arc::clone(&door)));
        Ok(Some(door))
    }

    fn open_prepared(&self, issuer: &UserId) -> CliResult<Option<OpenDoor>> {
        let path = self.path(issuer)?;
        let open = || if path.exists() { OfflineDoor::open(&path).map(Some) } else { Ok(None) };
        self.door(&path, open)
    }

    /// The door of an account that has prepared one.
    fn require(&self, issuer: &UserId) -> CliResult<OpenDoor> {
        self.open_prepared(issuer)?.ok_or_else(|| Failure::failed("this door is not prepared"))
    }

    async fn fetch(&self, issuer: &UserId) -> CliResult<DoorState> {
        let path = self.path(issuer)?;
        let mut list = Some(DoorList::fetch(&self.client).await?);
        if let Some(folder) = &self.folder {
            private_folder(folder)
                .map_err(|error| Failure::failed(format!("{}: {error}", folder.display())))?;
        }
        let make = || list.take().map(|list| OfflineDoor::prepare(&path, list)).transpose();
        let Some(door) = self.door(&path, make)? else {
            return Err(Failure::failed("this door is not prepared"));
        };
        if let Some(list) = list {
            door.lock().replace_list(list)?;
        }
        Ok(state(&door))
    }
}

fn state(door: &Mutex<OfflineDoor>) -> DoorState {
    let door = door.lock();
    let (clock, passes) = (door.clock(), door.passes());
    DoorState { clock, passes, waiting: door.waiting_count(), damage: door.damage().collect() }
}

fn call_error(failure: Failure) -> CallError {
    let message = failure.message.unwrap_or_default();
    let mut letters = message.chars();
    let sentence = letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>());
    CallError { hint: failure.hint, ..CallError::other(sentence.unwrap_or_default()) }
}

impl From<Conflict> for AdmissionConflict {
    fn from(conflict: Conflict) -> Self {
        let Conflict { title, seat, admissions, message, refusal, .. } = conflict;
        let message = if admissions.is_empty() { message } else { refusal.unwrap_or_default() };
        Self { title, seat, admissions, message }
    }
}

impl Door for Doors {
    fn open(&self, issuer: &UserId) -> Result<Option<DoorState>, CallError> {
        let door = self.open_prepared(issuer).map_err(call_error)?;
        Ok(door.as_deref().map(state))
    }

    fn waiting_count(&self) -> usize {
        self.folder.as_ref().map_or(0, |folder| door::waiting_in(folder, self.client.server()))
    }

    fn prepare<'a>(&'a self, issuer: &'a UserId) -> BoxFuture<'a, Result<DoorState, CallError>> {
        async move { self.fetch(issuer).await.map_err(call_error) }.boxed()
    }

    fn check_in(&self, issuer: &UserId, scan: &Scan, asked: &IdempotencyKey) -> Result<Verdict, CallError> {
        let door = self.require(issuer).map_err(call_error)?;
        door.lock().check_in(scan, Some(asked)).map_err(call_error)
    }

    fn note(&self, issuer: &UserId, scan: &Scan, verdict: &Verdict) -> Result<(), CallError> {
        let door = self.require(issuer).map_err(call_error)?;
        door.lock().note(scan, verdict).map_err(call_error)
    }

    fn sync<'a>(&'a self, issuer: &'a UserId) -> BoxFuture<'a, Result<DoorSync, CallError>> {
        let synced = async move {
            let door = self.require(issuer)?;
            let report = door::sync(&self.client, &door).await?;
            let state = self.fetch(issuer).await?;
            Ok(DoorSync { state, conflicts: report.conflicts.into_iter().map(Into::into).collect() })
        };
        synced.map(|synced: CliResult<_>| synced.map_err(call_error)).boxed()
    }
}
