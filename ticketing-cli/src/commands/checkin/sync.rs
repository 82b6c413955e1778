//! `ticketing checkin sync`

use std::path::PathBuf;

use serde::Serialize;
use ticketing_sdk::{Admission, Error, ErrorCode, NewCheckIn, PassId, Timestamp};

use super::door_list::DoorList;
use super::journal::{Admitted, DoorJournal, UploadOutcome};
use super::verdict::refusal;
use crate::context::{ApiCommand, ApiContext};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::help;
use crate::output::{Cell, Column, Record};

/// The arguments of `ticketing checkin sync`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &["ticketing checkin sync door.json", "ticketing checkin sync door.json --output jsonl"],
    "Shows every pass that another device has admitted too, and every pass that the server refuses; the exit code is 10 if there is \
     one. After an interruption, the same command continues.",
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
        if list.server != api.client.server() {
            return Err(Failure::usage(format!("the door list is of the server {}", list.server))
                .hint(format!("add --server {}", list.server)));
        }
        let mut journal = DoorJournal::open(&self.file)?;
        let open: Vec<Admitted> = journal
            .entries()
            .filter(|(_, outcome)| outcome.is_none())
            .map(|(entry, _)| entry.clone())
            .collect();
        for admitted in &open {
            let outcome = upload(api, admitted).await?;
            journal.mark_uploaded(admitted.pass_id.clone(), outcome)?;
        }
        let conflicts: Vec<Conflict> =
            journal.entries().filter_map(|(admitted, outcome)| Conflict::of(admitted, outcome?)).collect();
        let admitted = journal.entries().count();
        api.io().remark(&format!("admissions uploaded: {} of {admitted}", open.len()));
        if conflicts.is_empty() {
            return Ok(());
        }
        api.printer().list(&conflicts)?;
        let message = format!("{} of {admitted} admissions are in doubt", conflicts.len());
        Err(Failure::new(Exit::Refused, message))
    }
}

/// Uploads an admission with its time, its device and its key.
async fn upload(api: &ApiContext, admitted: &Admitted) -> Outcome<UploadOutcome> {
    let mut check_in = NewCheckIn::new(admitted.code.clone()).at(admitted.at);
    if let Some(device) = &admitted.device {
        check_in = check_in.device(device);
    }
    let answer = api.client.passes().check_in(check_in).idempotency_key(admitted.key.clone()).await;
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
    /// The code of the error: `already_admitted` if another device has admitted the pass.
    pub(crate) reason: String,
    pub(crate) at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<String>,
    /// When another device admitted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_device: Option<String>,
    pub(crate) message: String,
}

impl Conflict {
    fn of(admitted: &Admitted, outcome: &UploadOutcome) -> Option<Self> {
        let (reason, message, first_at, first_device) = match outcome {
            UploadOutcome::Uploaded => return None,
            UploadOutcome::Double { first_at, first_device } => {
                let reason = ErrorCode::AlreadyAdmitted.as_str().to_owned();
                (reason, "two devices admitted the pass".to_owned(), *first_at, first_device.clone())
            }
            UploadOutcome::Refused { reason, message } => (reason.clone(), message.clone(), None, None),
        };
        let Admitted { pass_id, title, seat, at, device, .. } = admitted.clone();
        Some(Self { pass_id, title, seat, reason, at, device, first_at, first_device, message })
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
        ]
    }
}
