//! The door list: what a door needs to admit people without a network.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use ticketing_sdk::{
    Client, DoubleAdmission, Error, ErrorCode, Pass, PassClaim, PassId, PassKeys, PassStatus, PassVerifier,
    Timestamp, UserId, Verdict,
};
use ticketing_tui::{DoorClock, Scan};

use super::journal::OfflineAdmission;
use crate::clock;
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::files::{self, MIB};
use crate::target::MAX_PAGE;

/// The file of `checkin prepare`: public keys, and the passes of the events of an issuer, without codes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DoorList {
    pub(crate) server: String,
    /// When the list was made, by the server's clock.
    pub(crate) prepared_at: Timestamp,
    /// How far the server's clock was ahead of this machine's, in milliseconds.
    pub(crate) clock_offset: i64,
    pub(crate) keys: PassKeys,
    pub(crate) passes: Vec<Pass>,
}

/// The largest door list, in bytes: some hundred thousand passes.
const MAX_LIST: u64 = 256 * MIB;

/// Why the door refuses a pass that the list does not have.
const NOT_LISTED: &str = "not_listed";

impl DoorList {
    /// Fetches the list of the events of the user.
    ///
    /// # Errors
    /// If the server cannot be reached, or no user is signed in.
    pub(crate) async fn fetch(client: &Client) -> Result<Self, Error> {
        let keys = client.passes().keys().await?;
        let passes = client.passes().list().issued().limit(MAX_PAGE).all().await?;
        // Only a response has the time of the server.
        let local = clock::now();
        let prepared_at = client.server_time(local);
        let clock_offset = prepared_at.as_millis() - local.as_millis();
        Ok(Self { server: client.server().to_owned(), prepared_at, clock_offset, keys, passes })
    }

    /// Reads a list.
    ///
    /// # Errors
    /// If the file cannot be read, or is no list.
    pub(crate) fn read(path: &Path) -> CliResult<Self> {
        let name = path.display();
        let text = files::read(path, MAX_LIST).map_err(|error| {
            Failure::usage(format!("cannot read the door list {name}: {error}"))
                .hint(format!("`ticketing checkin prepare {name}` makes it"))
        })?;
        serde_json::from_slice(&text)
            .map_err(|error| Failure::usage(format!("{name} is no door list: {error}")))
    }

    /// Returns the account whose passes are on the list; `None` if there is no pass.
    pub(super) fn issuer(&self) -> Option<&UserId> {
        self.passes.first().map(|pass| &pass.issuer_id)
    }

    /// Checks that another list may replace this one, whose journal has admissions to upload.
    ///
    /// # Errors
    /// If it is of another server or account, which would refuse those admissions.
    pub(super) fn ensure_same_origin(&self, other: &Self, path: &Path) -> CliResult {
        let is_same_account = self.issuer().zip(other.issuer()).is_none_or(|(one, other)| one == other);
        if self.server == other.server && is_same_account {
            return Ok(());
        }
        let (file, server) = (path.display(), &self.server);
        Err(Failure::new(Exit::Conflict, format!("the journal of {file} has admissions to upload to {server}")).hint(format!(
            "`ticketing checkin sync {file} --server {server}` uploads them, with the account that prepared the list; or choose another file"
        )))
    }

    /// Returns what the door knows of the time.
    pub(super) fn clock(&self) -> DoorClock {
        DoorClock::new(self.prepared_at, self.clock_offset)
    }

    /// Writes the list into a file that only its owner can read. A crash leaves the earlier list or this one.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn write(&self, path: &Path) -> CliResult {
        let write = || files::replace(path, &serde_json::to_vec(self)?, None);
        write().map_err(|error: std::io::Error| {
            Failure::failed(format!("cannot write the door list {}: {error}", path.display()))
        })
    }
}

/// The rules of a door without a network.
#[derive(Debug)]
pub(super) struct Rules {
    verifier: PassVerifier,
    pub(super) list: DoorList,
    /// The indexes of the passes of the list.
    indexes: HashMap<PassId, usize>,
}

/// An admission before the door records it: the pass, the claim of its code, and the admissions of earlier holders.
pub(super) type Admittance<'a> = (&'a Pass, PassClaim, Vec<DoubleAdmission>);

impl Rules {
    pub(super) fn new(list: DoorList) -> Self {
        let indexes = list.passes.iter().enumerate().map(|(index, pass)| (pass.id.clone(), index)).collect();
        Self { verifier: PassVerifier::new(&list.keys), list, indexes }
    }

    /// Judges a code in the order of the server, at the time that the door would note. `admitted` returns the admissions of a pass by
    /// this door.
    ///
    /// A code of a later serial than that of the list, or of an admission, is of a holder who got the pass afterwards: its
    /// signature proves it. The door admits that holder, too, and names the earlier admissions.
    ///
    /// # Errors
    /// The verdict on a code that is refused.
    pub(super) fn decide<'a>(
        &'a self,
        scan: &Scan,
        admitted: impl Fn(&PassId) -> Vec<&'a OfflineAdmission>,
    ) -> Result<Admittance<'a>, Box<Verdict>> {
        let refuse = |code: &ErrorCode| {
            Verdict::refused_for(code)
                .unwrap_or_else(|| Verdict::refused(code.as_str(), "the code is not valid"))
        };
        let Ok(claim) = self.verifier.verify(&scan.code) else {
            return Err(Box::new(refuse(&ErrorCode::PassInvalid)));
        };
        let index = self.indexes.get(&claim.pass_id);
        let Some(pass) = index.and_then(|index| self.list.passes.get(*index)) else {
            let why = "the pass is not on the door list: it is of another issuer, or was sold after the list was made";
            let mut verdict = Verdict::refused(NOT_LISTED, why).by_list(self.list.prepared_at);
            verdict.pass_id = Some(claim.pass_id);
            return Err(Box::new(verdict));
        };
        let about = |verdict: Verdict| Err(Box::new(verdict.with_pass(pass)));
        // The server may know of a later change.
        let by_list = |code: &ErrorCode| about(refuse(code).by_list(self.list.prepared_at));
        if let (Some(span), Some(starts)) = (scan.within, &pass.details.starts_at)
            && !starts.is_within(span, scan.at)
        {
            return about(Verdict::other_day(starts.clone(), scan.at));
        }
        let before = admitted(&pass.id);
        let newest = before.iter().max_by_key(|before| before.serial);
        if newest.is_some_and(|newest| claim.serial < newest.serial) {
            return about(refuse(&ErrorCode::PassSuperseded));
        }
        if claim.serial < pass.serial {
            return by_list(&ErrorCode::PassSuperseded);
        }
        if let Some(newest) = newest.filter(|newest| newest.serial == claim.serial) {
            return about(Verdict::already_admitted(Some(newest.at), newest.device.clone()));
        }
        match pass.status {
            PassStatus::Used => about(Verdict::already_admitted(pass.admitted_at, pass.device.clone())),
            PassStatus::Offered if claim.serial == pass.serial => by_list(&ErrorCode::PassOffered),
            PassStatus::Offered | PassStatus::Valid => {
                let own = before.iter().map(|before| DoubleAdmission::new(before.at, before.device.clone()));
                Ok((pass, claim, all_admissions(Some(pass), own)))
            }
            // Void, or in a status of a newer server.
            _ => by_list(&ErrorCode::PassInvalid),
        }
    }
}

/// Returns the admissions of a pass that the list or the server knows, and these ones, each once and by time.
pub(super) fn all_admissions(
    pass: Option<&Pass>,
    others: impl IntoIterator<Item = DoubleAdmission>,
) -> Vec<DoubleAdmission> {
    let mut all: Vec<_> = pass.map(admissions).unwrap_or_default().into_iter().chain(others).collect();
    all.sort_by(|one, other| (one.admitted_at, &one.device).cmp(&(other.admitted_at, &other.device)));
    all.dedup();
    all
}

/// Returns the admissions of a pass.
pub(super) fn admissions(pass: &Pass) -> Vec<DoubleAdmission> {
    let first = pass.admitted_at.map(|at| DoubleAdmission::new(at, pass.device.clone()));
    first.into_iter().chain(pass.double_admissions.iter().cloned()).collect()
}

/// A door list of the tests, and codes of its pass.
#[cfg(test)]
pub(crate) mod vectors {
    use super::*;
    use ticketing_sdk::{PassKey, fixtures};

    // The vectors of the SDK: codes of one pass with the serials 0 and 258, and one that another key signed.
    pub(crate) const PASS: &str = "0192f3a4-0000-7000-8000-0000000000a1";
    pub(crate) const CODE: &str = "TK1W50:PI:WKM20%20000000000-FKK00VQBS.AUXHNOL.YAD-SU8CE8QBJR5S4$I5 44R-S6J5MJ86-J9Y7 1Q+%D:$0DSB0+LMC2BK8AEVB4B/KN.RN$ZQK+4B-JA0";
    pub(crate) const LATER: &str = "TK1W50:PI:WKM20%20000000000.FK3F0QY3GN85-M+VJLYTU9F7+610IN7NK.SO4W.*S-4OR%3NL30IC$.ISDU35CPYC-92UVOJYTLZH+9K0.OM+D*G6GCA+CU-JJD0";
    pub(super) const FOREIGN: &str = "TK1W50:PI:WKM20%20000000000-FK*00X0D8%KQRC32AJ%BR.VAE96CLL51Z8SB41%%KP17JHP6VSCC5GTGR%UZR93HQE%K 6HVXH--SOOM4QV4WMN58BOEVR5SAA50";

    /// A scan of this code without a limit.
    pub(crate) fn scan(code: &str, at: Timestamp) -> Scan {
        Scan { code: code.into(), device: Some("north".to_owned()), at, within: None }
    }

    pub(crate) fn list(passes: Vec<Pass>) -> DoorList {
        let keys = PassKeys::new([PassKey::new("k", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]);
        let prepared_at = Timestamp::from_millis(fixtures::NOW);
        let server = "http://marketplace.test".to_owned();
        DoorList { server, prepared_at, clock_offset: 0, keys, passes }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use ticketing_sdk::fixtures;

    use super::vectors::{CODE, FOREIGN, LATER, PASS, list, scan};
    use super::*;

    fn reason(pass: Pass, code: &str) -> Option<String> {
        let scan = scan(code, Timestamp::from_millis(fixtures::NOW));
        Rules::new(list(vec![pass])).decide(&scan, |_| Vec::new()).err()?.reason
    }

    #[test]
    fn code_is_judged_by_signature_serial_and_status() {
        let pass = |serial, status| fixtures::pass(PASS).serial(serial).status(status);
        use PassStatus::{Offered, Used, Valid, Void};
        for (serial, status, code, expected) in [
            (0, Valid, CODE, None),
            (0, Valid, FOREIGN, Some("pass_invalid")),
            (0, Valid, "TK1 nothing", Some("pass_invalid")),
            (1, Valid, CODE, Some("pass_superseded")),
            (1, Used, CODE, Some("pass_superseded")),
            (0, Used, CODE, Some("already_admitted")),
            (0, Offered, CODE, Some("pass_offered")),
            (0, Void, CODE, Some("pass_invalid")),
            // The pass got another holder after the list was made.
            (0, Valid, LATER, None),
            (0, Offered, LATER, None),
            (0, Used, LATER, Some("already_admitted")),
        ] {
            let reason = reason(pass(serial, status), code);
            assert_eq!(reason.as_deref(), expected, "{serial} {status} {code}");
        }
        assert_eq!(reason(fixtures::pass("another"), CODE).as_deref(), Some(NOT_LISTED));
    }

    #[test]
    fn list_is_written_for_its_owner_alone_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("door.json");
        list(vec![fixtures::pass(PASS)]).write(&file).unwrap();
        let read = DoorList::read(&file).unwrap();
        assert_eq!((read.passes.len(), read.keys.keys.len()), (1, 1));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(&file, "[]").unwrap();
        assert!(DoorList::read(&file).unwrap_err().message.unwrap().contains("is no door list"));
    }
}
