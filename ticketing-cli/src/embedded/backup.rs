//! `ticketing backup`: a copy of a marketplace on this machine, as it is at one instant.

use std::path::PathBuf;

use ticketing_server::{BackupError, back_up};

use super::serve::settings_of_server;
use crate::context::{Context, LocalCommand};
use crate::failure::{Failure, Outcome};

/// What to copy, and where to.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
    Copies every database, the events, the card provider's ledger and the key of the sessions into a new folder, all as \
    they are at one instant. A server may run: its writes wait for a moment. `ticketing serve --data-dir FOLDER` \
    starts on the copy, and that is how it is restored. A copy that was made by other means while a server runs does not \
    fit together.")]
pub(crate) struct Args {
    /// The folder of the copy: a new one, or an empty one
    #[arg(value_name = "FOLDER")]
    target: PathBuf,
    /// The folder of the databases; without it the one in your data folder
    #[arg(long, value_name = "DIR", env = "TICKETING_DATA_DIR", hide_env_values = true)]
    data_dir: Option<PathBuf>,
}

impl LocalCommand for Args {
    async fn run(self, context: &Context) -> Outcome {
        let data_dir = self.data_dir.map_or_else(|| context.settings.home.server_data(), Ok)?;
        // The same settings as the server's: they say what is not in the folder.
        let settings = settings_of_server(data_dir)?;
        let target = self.target.clone();
        let copied = tokio::task::spawn_blocking(move || back_up(&settings, &target)).await;
        let copied = copied.map_err(|error| Failure::failed(error.to_string()))?;
        let backup = copied.map_err(|error| not_copied(&error))?;
        context.io.remark(&format!(
            "{}: {} databases, {} KB; writes waited {} ms",
            self.target.display(),
            backup.databases,
            backup.bytes.div_ceil(1024),
            backup.waited.as_millis()
        ));
        Ok(())
    }
}

fn not_copied(error: &BackupError) -> Failure {
    match error {
        BackupError::Elsewhere(_) => Failure::usage(error.to_string())
            .hint("its databases have tools of their own: docs/OPERATIONS.md, \"Backup and restore\""),
        BackupError::Inside { .. } => {
            Failure::usage(error.to_string()).hint("name a folder outside, best on another disk")
        }
        BackupError::Exists { .. } => Failure::usage(error.to_string()).hint("name a new folder"),
        BackupError::NoMarketplace { .. } => Failure::failed(error.to_string())
            .hint("`ticketing serve` keeps one; --data-dir names another folder"),
        BackupError::Missing { .. } => {
            Failure::failed(error.to_string()).hint("restore the whole folder from an earlier backup")
        }
        _ => Failure::failed(error.to_string()),
    }
}
