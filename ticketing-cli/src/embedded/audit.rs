//! `ticketing audit`: checks the invariants in the data of a marketplace on this machine.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use ticketing_server::audit::{AuditTarget, AuditTargetError, Check, Report, Violation};

use super::serve::{not_started, settings_of_server};
use crate::context::{Context, LocalCommand};
use crate::count::count;
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::help;
use crate::output::{Cell, Columns, Record, Tone};

/// The checks that must find a violation unchanged. A running server always has operations in progress.
const CHECKS: u32 = 4;
/// The time between two checks of a running server.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The arguments of `ticketing audit`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing audit",
        "ticketing audit --data-dir /var/lib/ticketing",
        "ticketing audit --jq '.checks[] | select(.status != \"ok\")'",
    ],
    "Reads the databases of every service, the bus and the ledger of the card provider, and reports each violated invariant by \
     number. Nothing is written: the folder may be read-only, or a copy. Exits with 0 if every invariant holds, with 8 if one is \
     violated, with 9 if unfinished work (undelivered events, due payment steps, passed deadlines) explains everything that \
     does not hold yet, shown as pending, and with 1 or 2 if the data cannot be read; run `ticketing serve` once to finish that \
     work. While a server runs, a violation is reported after four checks, a second apart, have found it unchanged. \
     TICKETING_DATABASE_URL and TICKETING_NATS_URL apply as for the server.",
))]
pub(crate) struct Args {
    /// Use the databases in this folder instead of the one in the data folder
    #[arg(long, help_heading = help::SERVER, value_name = "DIR", env = "TICKETING_DATA_DIR", hide_env_values = true)]
    data_dir: Option<PathBuf>,
}

impl LocalCommand for Args {
    async fn run(self, context: &Context) -> CliResult {
        let data_dir = self.data_dir.map_or_else(|| context.settings.dirs.server_data(), Ok)?;
        // The settings of the server: they say where it stores data outside of the folder.
        let settings = settings_of_server(data_dir.clone())?;
        // On PostgreSQL and NATS nothing of the marketplace is in the folder.
        let uses_folder = settings.database.is_none() || settings.nats.is_none();
        let name_folder = |failure: Failure| match uses_folder {
            true => failure.detail(data_dir.display().to_string()),
            false => failure,
        };
        let marketplace =
            Box::pin(AuditTarget::from_settings(&settings)).await.map_err(|error| not_started(&error))?;
        let report = Box::pin(marketplace.audit_confirmed(CHECKS, CHECK_INTERVAL))
            .await
            .map_err(|error| not_audited(&error))?;
        let document = AuditReport::from_report(&report);
        context.printer().report(&document, &document.checks, || report.to_string())?;
        let broken = report.count_violations();
        if broken > 0 {
            let found = count(broken, "invariant violation");
            let failure = Failure::new(Exit::Violated, format!("{found} found"));
            return Err(name_folder(failure));
        }
        if report.is_unsettled() {
            let items = count(report.unsettled, "item");
            let failure = Failure::new(Exit::NotSettled, format!("not settled: {items} left to finish"));
            return Err(name_folder(failure).hint(
                "a running server finishes them once bus, databases and card provider can be reached; without \
                 one, run `ticketing serve` once; then audit again",
            ));
        }
        Ok(())
    }
}

fn not_audited(error: &AuditTargetError) -> Failure {
    let failure = Failure::failed(error.to_string());
    match error {
        AuditTargetError::LedgerElsewhere => Failure::usage(error.to_string())
            .hint("give this command the key that the server has; nothing was audited"),
        AuditTargetError::Missing { .. } => failure.hint("restore the whole folder from a backup"),
        AuditTargetError::NoMarketplace { .. } => {
            failure.hint("`ticketing serve` keeps one; --data-dir names another folder")
        }
        _ => failure,
    }
}

/// The report as JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AuditReport {
    status: &'static str,
    /// The number of unfinished items: events, payments, deadlines.
    unsettled: u64,
    checks: Vec<InvariantCheck>,
}

/// One invariant.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct InvariantCheck {
    number: u8,
    name: &'static str,
    status: &'static str,
    /// The number of items that were checked.
    examined: usize,
    violations: Vec<String>,
    /// The violations that unfinished work explains.
    pending: Vec<String>,
}

impl AuditReport {
    fn from_report(report: &Report) -> Self {
        let status = match () {
            () if report.is_clean() => "ok",
            () if report.is_unsettled() => PENDING,
            () => BROKEN,
        };
        Self {
            status,
            unsettled: report.unsettled,
            checks: report.checks.iter().map(InvariantCheck::from_check).collect(),
        }
    }
}

const PENDING: &str = "pending";
const BROKEN: &str = "broken";

impl InvariantCheck {
    fn from_check(check: &Check) -> Self {
        let status = match (check.broken.is_empty(), check.pending.is_empty()) {
            (false, _) => BROKEN,
            (true, false) => PENDING,
            (true, true) => "ok",
        };
        let texts = |found: &[Violation]| found.iter().map(|violation| violation.text.clone()).collect();
        Self {
            number: check.number,
            name: check.name,
            status,
            examined: check.examined,
            violations: texts(&check.broken),
            pending: texts(&check.pending),
        }
    }
}

impl Record for InvariantCheck {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_right("number", |it, _| Cell::text(&it.number));
        columns.add_whole("status", |it, _| match it.status {
            BROKEN => Cell::label(BROKEN, BROKEN, Tone::Bad),
            PENDING => Cell::label(PENDING, PENDING, Tone::Waiting),
            status => Cell::label(status, status, Tone::Good),
        });
        columns.add_cut("name", |it, _| Cell::text(&it.name));
        columns.add_right("examined", |it, _| Cell::text(&it.examined));
        columns.add_hidden("violations", |it, _| Cell::text(&it.violations.join("; ")));
        columns.add_hidden("pending", |it, _| Cell::text(&it.pending.join("; ")));
    }
}
