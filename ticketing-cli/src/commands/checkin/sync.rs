//! `ticketing checkin sync`

use std::collections::HashMap;
use std::path::PathBuf;

use serde::Serialize;
use ticketing_sdk::{
    Admission, DoubleAdmission, Error, ErrorCode, NewCheckIn, Pass, PassId, PassStatus, Timestamp, Write,
};

use super::door_list::DoorList;
use super::journal::{Admitted, DoorJournal, UploadOutcome};
use super::verdict::{moment, refusal};
use crate::context::{ApiCommand, ApiContext};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::help;
use crate::output::{Cell, Column, Format, Record};

/// The arguments of `ticketing checkin sync`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &["ticketing checkin sync door.json", "ticketing checkin sync door.json --output jsonl"],
    "Shows every pass that another device has admitted too, also one that was uploaded since, and every pass that the server \
     refuses; the exit code is 10 if there is one. After an interruption, the same command continues.",
))]
pub(crate) struct Args {
    /// The file of the door list; its journal lies beside it
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[cfg(test)]
impl Args {
    pub(super) fn of_file(file: &std::path::Path) -> Self {
        Self { file: file.to_owned() }
    }
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let list = DoorList::read(&self.file)?;
        check_origin(api, &list).await?;
        let mut journal = DoorJournal::open(&self.file)?;
        for text in journal.damage() {
            api.io().notice(&text);
        }
        let open: Vec<Admitted> = journal
            .entries()
            .filter(|(_, outcome)| outcome.is_none())
            .map(|(entry, _)| entry.clone())
            .collect();
        if api.is_dry_run() {
            for admitted in &open {
                api.print_request(request(api, admitted).request()).await?;
            }
            api.io().remark(&format!("nothing was sent; admissions to upload: {}", open.len()));
            return Ok(());
        }
        for admitted in &open {
            let outcome = upload(api, admitted).await?;
            journal.mark_uploaded(admitted.pass_id.clone(), outcome)?;
        }
        // Another door can have uploaded an admission since.
        let on_server =
            if journal.entries().next().is_some() { used_passes(api).await? } else { HashMap::new() };
        let conflicts: Vec<Conflict> = journal
            .entries()
            .filter_map(|(admitted, outcome)| {
                Conflict::of(admitted, outcome?, on_server.get(&admitted.pass_id))
            })
            .collect();
        let admitted = journal.entries().count();
        api.io().remark(&format!("admissions uploaded: {} of {admitted}", open.len()));
        if !(conflicts.is_empty() && api.context.settings.format == Format::Table) {
            api.printer().list(&conflicts)?;
        }
        let damaged = journal.damage().count();
        let hint = "correct the line, so that the same command uploads its admission, or delete it";
        if !conflicts.is_empty() {
            let message = format!("{} of {admitted} admissions are in doubt", conflicts.len());
            let failure = Failure::new(Exit::Refused, message);
            return Err(if damaged > 0 { failure.hint(hint) } else { failure });
        }
        if damaged > 0 {
            let message = format!("{damaged} lines of the journal are damaged, and were not uploaded");
            return Err(Failure::failed(message).hint(hint));
        }
        Ok(())
    }
}

/// Checks that the list is of this server, and of the account that is signed in.
async fn check_origin(api: &ApiContext, list: &DoorList) -> Outcome {
    if list.server != api.client.server() {
        return Err(Failure::usage(format!("the door list is of the server {}", list.server))
            .hint(format!("add --server {}", list.server)));
    }
    let user = api.client.auth().current_user().await?;
    let user = user.ok_or_else(|| {
        Failure::new(Exit::NotAllowed, "you are not signed in")
            .hint("`ticketing auth signin --email EMAIL` signs in")
    })?;
    if list.issuer().is_some_and(|issuer| *issuer != user.id) {
        return Err(other_account());
    }
    Ok(())
}

fn other_account() -> Failure {
    Failure::new(Exit::NotAllowed, "the door list is of another account, so nothing was uploaded")
        .hint("sign in with the account that prepared it: `ticketing auth signin --email EMAIL`")
}

/// The largest page of a server.
const MAX_PAGE: u32 = 500;

/// Returns the used passes of own events.
async fn used_passes(api: &ApiContext) -> Outcome<HashMap<PassId, Pass>> {
    let list = api.client.passes().list().issued().status([PassStatus::Used]).limit(MAX_PAGE);
    Ok(list.all().await?.into_iter().map(|pass| (pass.id.clone(), pass)).collect())
}

/// Returns the request that uploads an admission with its time, its device and its key.
fn request(api: &ApiContext, admitted: &Admitted) -> Write<Admission> {
    let mut check_in = NewCheckIn::new(admitted.code.clone()).at(admitted.at);
    if let Some(device) = &admitted.device {
        check_in = check_in.device(device);
    }
    api.client.passes().check_in(check_in).idempotency_key(admitted.key.clone())
}

async fn upload(api: &ApiContext, admitted: &Admitted) -> Outcome<UploadOutcome> {
    let answer = request(api, admitted).await;
    // Not an outcome of the admission: the account is the wrong one.
    if answer.as_ref().is_err_and(|error| error.code() == Some(&ErrorCode::NotOwner)) {
        return Err(other_account());
    }
    outcome(admitted, answer).map_err(|error| {
        Failure::from(&error).hint("the journal keeps what is not uploaded yet: run the same command again")
    })
}

fn outcome(admitted: &Admitted, answer: Result<Admission, Error>) -> Result<UploadOutcome, Error> {
    let error = match answer {
        Ok(_) => return Ok(UploadOutcome::Uploaded),
        Err(error) => error,
    };
    let refused = |reason: &str, message: &str| {
        Ok(UploadOutcome::Refused { reason: reason.to_owned(), message: message.to_owned() })
    };
    let first = match &error {
        Error::Api(answer) => answer.faults.first(),
        _ => None,
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
        (Some(code), _) => match refusal(code) {
            Some(why) => refused(code.as_str(), why),
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
}

impl Conflict {
    /// Compares an uploaded admission with the pass on the server; `None` if nothing is in doubt.
    fn of(admitted: &Admitted, outcome: &UploadOutcome, on_server: Option<&Pass>) -> Option<Self> {
        let Admitted { pass_id, title, seat, at, device, .. } = admitted.clone();
        let conflict = Self {
            pass_id,
            title,
            seat,
            reason: ErrorCode::AlreadyAdmitted.as_str().to_owned(),
            at,
            device,
            first_at: None,
            first_device: None,
            other_at: None,
            other_device: None,
            message: String::new(),
        };
        if let UploadOutcome::Refused { reason, message } = outcome {
            return Some(Self { reason: reason.clone(), message: message.clone(), ..conflict });
        }
        let own = DoubleAdmission { admitted_at: at, device: admitted.device.clone() };
        let mut all = on_server.map(admissions).unwrap_or_default();
        if let UploadOutcome::Double { first_at: Some(at), first_device } = outcome {
            let answered = DoubleAdmission { admitted_at: *at, device: first_device.clone() };
            all.extend([answered, own.clone()]);
        }
        all.sort_by(|one, other| (one.admitted_at, &one.device).cmp(&(other.admitted_at, &other.device)));
        all.dedup();
        let other = all.iter().find(|admission| **admission != own)?;
        let first = all.first()?;
        let by = |admission: &DoubleAdmission| {
            let device = admission.device.as_ref().map_or(String::new(), |device| format!(" by {device}"));
            moment(admission.admitted_at) + &device
        };
        let times: Vec<String> = all.iter().map(by).collect();
        Some(Self {
            first_at: Some(first.admitted_at),
            first_device: first.device.clone(),
            other_at: Some(other.admitted_at),
            other_device: other.device.clone(),
            message: format!("the pass was admitted {} times: {}", times.len(), times.join(", ")),
            ..conflict
        })
    }
}

impl Record for Conflict {
    const COLUMNS: &'static [Column] = &[
        Column::id("passId"),
        Column::cut("title"),
        Column::whole("reason"),
        Column::whole("at").droppable(1),
        Column::whole("device").droppable(2),
        Column::whole("firstAt").droppable(1),
        Column::whole("firstDevice").droppable(2),
        Column::wide("seat"),
        Column::hidden("message"),
        Column::whole("otherAt").droppable(1),
        Column::whole("otherDevice").droppable(2),
    ];

    fn cells(&self, _now: Timestamp) -> Vec<Cell> {
        vec![
            Cell::text(&self.pass_id),
            Cell::text(&self.title),
            Cell::text(&self.reason),
            Cell::Time(self.at),
            Cell::opt(self.device.as_ref()),
            Cell::time(self.first_at),
            Cell::opt(self.first_device.as_ref()),
            Cell::opt(self.seat.as_ref()),
            Cell::text(&self.message),
            Cell::time(self.other_at),
            Cell::opt(self.other_device.as_ref()),
        ]
    }
}

/// Returns the admissions of a used pass.
fn admissions(pass: &Pass) -> Vec<DoubleAdmission> {
    let first = pass.admitted_at.map(|at| DoubleAdmission { admitted_at: at, device: pass.device.clone() });
    first.into_iter().chain(pass.double_admissions.iter().cloned()).collect()
}
