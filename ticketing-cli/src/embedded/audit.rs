//! `ticketing audit`: whether everything that must hold holds, in the data of a marketplace on this machine.

use std::path::PathBuf;
use std::time::Duration;

use ticketing_server::audit::{Offline, OfflineError};

use super::serve::{not_started, settings_of_server};
use crate::context::{Context, LocalCommand};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};

/// A running server always has something under way: a violation counts once so many looks have found it unmoved.
const LOOKS: u32 = 4;
/// How long the audit waits between two looks at a running server.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Whose data to check.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
    Reads the databases of every service, the bus and the card provider's ledger, and names each broken invariant by \
    number. Changes nothing: the folder may be read-only, or a copy. Exits 0 if every invariant holds, 8 if one is \
    violated, 9 if unfinished work (undelivered events, due payment steps, passed deadlines) explains everything that does \
    not hold yet, shown as pending, and 1 or 2 if the data cannot be read. Beside a running server, a violation is \
    reported once four looks, a second apart, have found it in the same state; what is under way is not. \
    Where TICKETING_DATABASE_URL and TICKETING_NATS_URL tell the server where its data and events \
    are, they tell this command, too. After a crash, run `ticketing serve` once, which settles what was interrupted.")]
pub(crate) struct Args {
    /// The folder of the databases; without it the one in your data folder
    #[arg(long, value_name = "DIR", env = "TICKETING_DATA_DIR", hide_env_values = true)]
    data_dir: Option<PathBuf>,
}

impl LocalCommand for Args {
    async fn run(self, context: &Context) -> Outcome {
        let data_dir = self.data_dir.map_or_else(|| context.settings.home.server_data(), Ok)?;
        // The same settings as the server's: they say where it keeps what is not in the folder.
        let settings = settings_of_server(data_dir.clone())?;
        let marketplace = Box::pin(Offline::of(&settings)).await.map_err(|error| not_started(&error))?;
        let report = Box::pin(marketplace.audit_confirmed(LOOKS, LOOK_INTERVAL))
            .await
            .map_err(|error| not_audited(&error))?;
        for check in &report.checks {
            context.io.line(&check.to_string())?;
        }
        let broken = report.broken();
        if broken > 0 {
            let violations = if broken == 1 { "violation" } else { "violations" };
            let failure = Failure::new(Exit::Violated, format!("{broken} invariant {violations} found"));
            return Err(failure.detail(data_dir.display().to_string()));
        }
        if report.is_unsettled() {
            let (count, items) = (report.unsettled, if report.unsettled == 1 { "item" } else { "items" });
            let failure =
                Failure::new(Exit::NotSettled, format!("not settled: {count} {items} left to finish"));
            return Err(failure.detail(data_dir.display().to_string()).hint(
                "a running server finishes them once bus, databases and card provider can be reached; without \
                 one, run `ticketing serve` once; then audit again",
            ));
        }
        Ok(())
    }
}

fn not_audited(error: &OfflineError) -> Failure {
    let failure = Failure::failed(error.to_string());
    match error {
        OfflineError::BooksElsewhere => Failure::usage(error.to_string())
            .hint("give this command the key that the server has; nothing was audited"),
        OfflineError::Missing { .. } => failure.hint("restore the whole folder from a backup"),
        OfflineError::NoMarketplace { .. } => {
            failure.hint("`ticketing serve` keeps one; --data-dir names another folder")
        }
        _ => failure,
    }
}
