//! `ticketing audit`: whether everything that must hold holds, in the data of a marketplace on this machine.

use std::path::PathBuf;
use std::time::Duration;

use ticketing_platform::settings::Source;
use ticketing_server::audit::{Offline, OfflineError, Report};
use ticketing_server::{StackSettings, StartError};

use super::serve::{not_started, refused};
use crate::context::{Local, LocalCommand};
use crate::failure::{Failure, Outcome};

/// A running server always has something under way: it is looked at so often before that counts as broken.
const LOOKS: u32 = 20;
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);

/// Whose data to check.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
    Reads the databases of every service, the bus and the card provider's ledger, and names each broken invariant by \
    number. It exits 1 if there is one. A server may be running: then what it has under way is waited for, a few \
    seconds at most. Where TICKETING_DATABASE_URL and TICKETING_NATS_URL tell the server where its data and events \
    are, they tell this command, too. After a crash, run `ticketing serve` once, which settles what was interrupted.")]
pub(crate) struct Args {
    /// The folder of the databases; without it the one in your data folder
    #[arg(long, value_name = "DIR", env = "TICKETING_DATA_DIR", hide_env_values = true)]
    data_dir: Option<PathBuf>,
}

impl LocalCommand for Args {
    async fn run(self, local: &Local) -> Outcome {
        let data_dir = self.data_dir.unwrap_or_else(|| local.settings.home.server_data());
        // The same settings as the server's: they say where it keeps what is not in the folder.
        let settings = StackSettings::read(&Source::env("TICKETING_"), data_dir.clone());
        let mut settings = settings.map_err(|error| refused(&error))?;
        settings.data_dir.clone_from(&data_dir);
        let marketplace = Box::pin(Offline::of(&settings)).await.map_err(|error| not_started(&error))?;
        let report = Box::pin(audit(&marketplace)).await.map_err(|error| not_audited(&error))?;
        for check in &report.checks {
            local.io.line(&check.to_string())?;
        }
        match report.broken() {
            0 => Ok(()),
            broken => Err(Failure::failed(format!("{broken} things are not as they must be"))
                .detail(data_dir.display().to_string())),
        }
    }
}

async fn audit(marketplace: &Offline) -> Result<Report, OfflineError> {
    match marketplace.audit().await {
        Err(OfflineError::DataDir(StartError::InUse { .. })) => {}
        alone => return alone,
    }
    let mut report = marketplace.audit_beside_server().await?;
    for _ in 1..LOOKS {
        if report.is_clean() {
            break;
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
        report = marketplace.audit_beside_server().await?;
    }
    Ok(report)
}

fn not_audited(error: &OfflineError) -> Failure {
    let failure = Failure::failed(error.to_string());
    match error {
        OfflineError::BooksElsewhere => Failure::usage(error.to_string())
            .hint("give this command the key that the server has; nothing was audited"),
        OfflineError::NoMarketplace { .. } => {
            failure.hint("`ticketing serve` keeps one; --data-dir names another folder")
        }
        _ => failure,
    }
}
