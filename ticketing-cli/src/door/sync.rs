//! Uploads the journal of a door, and reports the admissions that the server refuses.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use serde::Serialize;
use ticketing_sdk::{
    Admission, Client, DoubleAdmission, Error, ErrorCode, NewCheckIn, Pass, PassId, PassStatus, Timestamp,
    Verdict, Write,
};
use tokio::time::{Instant, sleep};

use super::OfflineDoor;
use super::journal::{OfflineAdmission, UploadOutcome};
use super::list::{admissions, all_admissions};
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::target::MAX_PAGE;

/// The result of an upload.
#[derive(Debug)]
pub(crate) struct SyncReport {
    /// The admissions that were uploaded now.
    pub(crate) uploaded: usize,
    /// Those that were uploaded again, because the server no longer had them: it was restored from an older backup.
    pub(crate) recovered: usize,
    /// All admissions of the journal.
    pub(crate) admitted: usize,
    pub(crate) conflicts: Vec<Conflict>,
    /// A text for each pass whose holder has entered and whose offer this upload has withdrawn.
    pub(crate) withdrawn: Vec<String>,
}

/// How long an upload waits until the offers that it has withdrawn have ended: orders close a listing within milliseconds,
/// unless a payment is in progress.
const OFFER_TIMEOUT: Duration = Duration::from_secs(3);
const OFFER_POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Checks where the list is from, and returns the requests that [`sync`] would send.
///
/// # Errors
/// If the server cannot be reached, or the list is of another server or account.
pub(crate) async fn requests(client: &Client, door: &Mutex<OfflineDoor>) -> CliResult<Vec<Write<Admission>>> {
    check_origin(client, door).await?;
    let entries = entries(door);
    let mut open = open_admissions(&entries);
    if !entries.is_empty() {
        open.extend(lost_admissions(&entries, &issued_passes(client).await?));
    }
    Ok(open.iter().map(|admitted| request(client, admitted)).collect())
}

/// An admission of the journal, and the outcome of its upload.
type JournaledAdmission = (OfflineAdmission, Option<UploadOutcome>);

/// Returns the admissions, the oldest first.
fn entries(door: &Mutex<OfflineDoor>) -> Vec<JournaledAdmission> {
    let mut entries: Vec<_> = door.lock().journal.entries().cloned().collect();
    entries.sort_by_key(|(entry, _)| entry.at);
    entries
}

/// Returns the admissions that are not uploaded.
fn open_admissions(entries: &[JournaledAdmission]) -> Vec<OfflineAdmission> {
    entries.iter().filter(|(_, outcome)| outcome.is_none()).map(|(entry, _)| entry.clone()).collect()
}

/// Returns the admissions that the server has recorded and no longer has: it was restored from a backup that is older.
fn lost_admissions(
    entries: &[JournaledAdmission],
    on_server: &HashMap<PassId, Pass>,
) -> Vec<OfflineAdmission> {
    let is_lost = |(entry, outcome): &&JournaledAdmission| {
        let pass = on_server.get(&entry.pass_id);
        outcome.as_ref().is_some_and(UploadOutcome::is_recorded) && pass.is_some_and(|pass| !has(pass, entry))
    };
    entries.iter().filter(is_lost).map(|(entry, _)| entry.clone()).collect()
}

/// Returns whether a pass on the server has this admission.
fn has(pass: &Pass, admitted: &OfflineAdmission) -> bool {
    admissions(pass).contains(&DoubleAdmission::new(admitted.at, admitted.device.clone()))
}

/// Uploads the admissions that are not uploaded, and compares all of them with the server: another door can have uploaded an
/// admission since, and a server that was restored from a backup can have lost some, which are uploaded again. The door can
/// admit meanwhile.
///
/// # Errors
/// If the server cannot be reached, or the list is of another server or account. What is uploaded stays noted.
pub(crate) async fn sync(client: &Client, door: &Mutex<OfflineDoor>) -> CliResult<SyncReport> {
    check_origin(client, door).await?;
    let mut open = open_admissions(&entries(door));
    upload_all(client, door, &open).await?;
    let mut all = entries(door);
    let mut on_server = if all.is_empty() { HashMap::new() } else { issued_passes(client).await? };
    let mut lost = lost_admissions(&all, &on_server);
    if !lost.is_empty() {
        upload_all(client, door, &lost).await?;
        (all, on_server) = (entries(door), issued_passes(client).await?);
        lost.retain(|admitted| on_server.get(&admitted.pass_id).is_some_and(|pass| has(pass, admitted)));
    }
    let recovered = lost.len();
    open.append(&mut lost);
    let (mut conflicts, mut withdrawn) = (Vec::new(), Vec::new());
    for (entry, outcome) in &all {
        let Some(outcome) = outcome else { continue };
        let pass = on_server.get(&entry.pass_id);
        match Conflict::detect(entry, outcome, pass) {
            Some(conflict) => conflicts.push(conflict),
            None if outcome.has_withdrawn_offer() && open.contains(entry) => {
                let words = match pass.is_some_and(|pass| pass.status == PassStatus::Offered) {
                    true => "its offer is withdrawn, unless its buyer is paying: sync again to see",
                    false => "its offer was withdrawn",
                };
                withdrawn.push(format!("{}: admitted before; {words}", entry.title));
            }
            None => {}
        }
    }
    Ok(SyncReport { uploaded: open.len(), recovered, admitted: all.len(), conflicts, withdrawn })
}

async fn upload_all(
    client: &Client,
    door: &Mutex<OfflineDoor>,
    admissions: &[OfflineAdmission],
) -> CliResult {
    let mut offered = Vec::new();
    for admitted in admissions {
        let (outcome, recorded_at) = upload(client, admitted).await?;
        if outcome.has_withdrawn_offer() {
            offered.push(admitted.pass_id.clone());
        }
        door.lock().journal.mark_uploaded(admitted, outcome, recorded_at)?;
    }
    wait_until_closed(client, &offered).await;
    Ok(())
}

/// Waits until the offers of these passes have ended. A buyer who is paying may take longer.
async fn wait_until_closed(client: &Client, offered: &[PassId]) {
    let end = Instant::now() + OFFER_TIMEOUT;
    for pass in offered {
        while Instant::now() < end {
            match client.passes().get(pass).await {
                Ok(pass) if pass.status == PassStatus::Offered => sleep(OFFER_POLL_INTERVAL).await,
                _ => break,
            }
        }
    }
}

/// Checks that the list is of this server, and of the account that is signed in.
async fn check_origin(client: &Client, door: &Mutex<OfflineDoor>) -> CliResult {
    let (server, issuer) = {
        let list = &door.lock().rules.list;
        (list.server.clone(), list.issuer().cloned())
    };
    if server != client.server() {
        return Err(Failure::usage(format!("the door list is of the server {server}"))
            .hint(format!("add --server {server}")));
    }
    let user = client.auth().current_user().await?;
    let user = user.ok_or_else(|| {
        Failure::new(Exit::NotAllowed, "you are not signed in")
            .hint("`ticketing auth signin --email EMAIL` signs in")
    })?;
    if issuer.is_some_and(|issuer| issuer != user.id) {
        return Err(other_account());
    }
    Ok(())
}

fn other_account() -> Failure {
    Failure::new(Exit::NotAllowed, "the door list is of another account, so nothing was uploaded")
        .hint("sign in with the account that prepared it: `ticketing auth signin --email EMAIL`")
}

/// Returns the passes of own events. One that is not used can have an admission with an old code.
async fn issued_passes(client: &Client) -> CliResult<HashMap<PassId, Pass>> {
    let list = client.passes().list().issued().limit(MAX_PAGE);
    Ok(list.all().await?.into_iter().map(|pass| (pass.id.clone(), pass)).collect())
}

/// Returns the request that uploads an admission with its time, its device and its key.
fn request(client: &Client, admitted: &OfflineAdmission) -> Write<Admission> {
    let mut check_in = NewCheckIn::new(admitted.code.clone()).at(admitted.at);
    if let Some(device) = &admitted.device {
        check_in = check_in.device(device);
    }
    client.passes().check_in(check_in).idempotency_key(admitted.key.clone())
}

/// Uploads an admission. Returns the outcome, and the time that the server has recorded if that is the time of another request.
async fn upload(
    client: &Client,
    admitted: &OfflineAdmission,
) -> CliResult<(UploadOutcome, Option<Timestamp>)> {
    let mut answer = request(client, admitted).await;
    let mut recorded_at = None;
    if let Some(asked) = &admitted.asked
        && answer.as_ref().is_err_and(|error| error.code() == Some(&ErrorCode::IdempotencyKeyReused))
    {
        // The server has admitted the holder by the request that it did not answer in time. It answers that request again.
        answer = client.passes().check_in(asked.clone()).idempotency_key(admitted.key.clone()).await;
        recorded_at = answer.as_ref().ok().map(|admission| admission.admitted_at);
    }
    // Not an outcome of the admission: the account is the wrong one.
    if answer.as_ref().is_err_and(|error| error.code() == Some(&ErrorCode::NotOwner)) {
        return Err(other_account());
    }
    let outcome = outcome(admitted, answer).map_err(|error| {
        Failure::from(&error).hint("the journal keeps what is not uploaded yet: run the same command again")
    })?;
    Ok((outcome, recorded_at))
}

fn outcome(admitted: &OfflineAdmission, answer: Result<Admission, Error>) -> Result<UploadOutcome, Error> {
    let error = match answer {
        Ok(_) => return Ok(UploadOutcome::Uploaded),
        Err(error) => error,
    };
    let first = match &error {
        Error::Api(answer) => answer.details.first(),
        _ => None,
    };
    let offer_withdrawn = first.and_then(|detail| detail.offer_withdrawn).unwrap_or(false);
    let refused = |reason: &str, message: &str| {
        let (reason, message) = (reason.to_owned(), message.to_owned());
        Ok(UploadOutcome::Refused { reason, message, offer_withdrawn })
    };
    match (error.code(), first) {
        (Some(ErrorCode::AlreadyAdmitted), Some(first)) => {
            // The answer to an earlier upload was lost, and the server has forgotten its key.
            if first.admitted_at == Some(admitted.at) && first.device == admitted.device {
                return Ok(UploadOutcome::Uploaded);
            }
            Ok(UploadOutcome::Double { first_at: first.admitted_at, first_device: first.device.clone() })
        }
        (Some(code @ ErrorCode::InvalidInput), Some(first)) => refused(code.as_str(), &first.message),
        (Some(code), _) => match Verdict::refused_for(code) {
            Some(verdict) => refused(code.as_str(), &verdict.message),
            None => Err(error),
        },
        _ => Err(error),
    }
}

/// An admission that the server does not agree with.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Conflict {
    pub(crate) pass_id: PassId,
    pub(crate) title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seat: Option<String>,
    /// The code of the error: `already_admitted` if several devices admitted the pass.
    pub(crate) reason: String,
    /// When this device admitted it.
    pub(crate) at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<String>,
    /// The first admission by time, of this device or of another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_device: Option<String>,
    /// The first admission by another device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) other_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) other_device: Option<String>,
    pub(crate) message: String,
    /// Every admission that is known, the earliest first.
    #[serde(skip)]
    pub(crate) admissions: Vec<DoubleAdmission>,
    /// Why the server refuses the admission, if it does.
    #[serde(skip)]
    pub(crate) refusal: Option<String>,
}

impl Conflict {
    /// Compares an uploaded admission with the pass on the server; `None` if nothing is in doubt.
    fn detect(
        admitted: &OfflineAdmission,
        outcome: &UploadOutcome,
        on_server: Option<&Pass>,
    ) -> Option<Self> {
        let own = DoubleAdmission::new(admitted.at, admitted.device.clone());
        let answered = match outcome {
            UploadOutcome::Double { first_at: Some(at), first_device } => {
                vec![DoubleAdmission::new(*at, first_device.clone()), own.clone()]
            }
            _ => Vec::new(),
        };
        let mut all = all_admissions(on_server, answered);
        let (reason, refusal) = match outcome {
            // An old code, or the pass is for sale: the door has admitted its holder, and the server has recorded it.
            UploadOutcome::Refused { reason, message, .. } => {
                let refusal = match offer_words(admitted, outcome, on_server) {
                    None => message.clone(),
                    Some(offer) if outcome.is_refused_for(&ErrorCode::PassOffered) => offer.to_owned(),
                    Some(offer) => format!("{message}; {offer}"),
                };
                (reason.clone(), Some(refusal))
            }
            _ => (ErrorCode::AlreadyAdmitted.as_str().to_owned(), None),
        };
        let other = all.iter().find(|admission| **admission != own).cloned();
        if other.is_none() {
            // It was for sale when it was uploaded. The server has recorded the admission of its holder and has withdrawn the
            // listing, so that nobody else enters with it.
            let is_recorded = on_server.is_some_and(|pass| pass.admitted_at.is_some()) && !all.is_empty();
            if is_recorded || refusal.is_none() {
                return None;
            }
            all.clear();
        }
        let (first_at, first_device) = all.first().cloned().map(by_device).unzip();
        let (other_at, other_device) = other.map(by_device).unzip();
        let OfflineAdmission { pass_id, title, seat, at, device, .. } = admitted.clone();
        let conflict = Self {
            pass_id,
            title,
            seat,
            reason,
            at,
            device,
            first_at,
            first_device: first_device.flatten(),
            other_at,
            other_device: other_device.flatten(),
            message: String::new(),
            admissions: all,
            refusal,
        };
        let (what, times) = conflict.words_with(|at| at.to_string());
        let message = if times.is_empty() { what } else { format!("{what}: {}", times.join(", ")) };
        Some(Self { message, ..conflict })
    }

    /// Returns what is in doubt, and the admissions with their times as `time` formats them.
    pub(crate) fn words_with(&self, time: impl Fn(Timestamp) -> String) -> (String, Vec<String>) {
        let by = |admission: &DoubleAdmission| {
            let device = admission.device.as_ref().map_or(String::new(), |device| format!(" by {device}"));
            time(admission.admitted_at) + &device
        };
        let times: Vec<String> = self.admissions.iter().map(by).collect();
        let several = format!("the pass was admitted {} times", times.len());
        let what = match &self.refusal {
            Some(refusal) if times.is_empty() => refusal.clone(),
            Some(refusal) => format!("{refusal}; {several}"),
            None => several,
        };
        (what, times)
    }
}

/// Returns the time and the device of an admission.
fn by_device(admission: DoubleAdmission) -> (Timestamp, Option<String>) {
    (admission.admitted_at, admission.device)
}

/// Returns what became of the offer of a pass that the upload found for sale.
fn offer_words(
    admitted: &OfflineAdmission,
    outcome: &UploadOutcome,
    on_server: Option<&Pass>,
) -> Option<&'static str> {
    let pass = on_server.filter(|_| outcome.has_withdrawn_offer())?;
    let is_own = outcome.is_refused_for(&ErrorCode::PassOffered);
    match (is_own, pass.status) {
        (true, _) if pass.serial > admitted.serial => Some(
            "the pass was for sale, and its buyer had paid before the upload: the buyer may enter, with a warning",
        ),
        (true, _) => None,
        (false, PassStatus::Offered) => {
            Some("the holder's offer is withdrawn, unless its buyer is paying: sync again to see")
        }
        (false, _) => Some("the holder's offer has ended, and the holder may enter, with a warning"),
    }
}
