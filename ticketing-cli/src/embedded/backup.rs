//! `ticketing backup`: copies a marketplace on this machine, as of one instant.

use std::path::PathBuf;

use serde::Serialize;
use ticketing_server::{BackupError, back_up};

use super::serve::settings_of_server;
use crate::context::{Context, LocalCommand};
use crate::failure::{CliResult, Failure};
use crate::help;
use crate::output::{Cell, Columns, Record};

/// The arguments of `ticketing backup`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing backup /mnt/backup/2026-11-22",
        "ticketing serve --data-dir /mnt/backup/2026-11-22",
    ],
    "Copies every database, the events, the ledger of the card provider and the key of the sessions into a new folder, all as of \
     one instant. A server may run: its writes wait for a moment. `ticketing serve --data-dir FOLDER` starts on the copy, \
     which restores it. Copies made by other means while a server runs are inconsistent.",
))]
pub(crate) struct Args {
    /// The folder of the copy, new or empty
    #[arg(value_name = "FOLDER")]
    target: PathBuf,
    /// Use the databases in this folder instead of the one in the data folder
    #[arg(long, help_heading = help::SERVER, value_name = "DIR", env = "TICKETING_DATA_DIR", hide_env_values = true)]
    data_dir: Option<PathBuf>,
}

impl LocalCommand for Args {
    async fn run(self, context: &Context) -> CliResult {
        let data_dir = self.data_dir.map_or_else(|| context.settings.dirs.server_data(), Ok)?;
        // The settings of the server: they say which data is outside of the folder.
        let settings = settings_of_server(data_dir)?;
        let target = self.target.clone();
        let copied = tokio::task::spawn_blocking(move || back_up(&settings, &target)).await;
        let copied = copied.map_err(|error| Failure::failed(error.to_string()))?;
        let backup = copied.map_err(|error| not_copied(&error))?;
        context.printer().one(&BackupLine {
            folder: self.target.display().to_string(),
            databases: backup.databases,
            bytes: backup.bytes,
            waited_ms: backup.waited.as_millis(),
        })
    }
}

/// The output of `ticketing backup`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BackupLine {
    folder: String,
    databases: usize,
    /// The size of the databases.
    bytes: u64,
    /// The longest time that a write of the server waited for the copy, in milliseconds.
    waited_ms: u128,
}

impl Record for BackupLine {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_whole("folder", |it, _| Cell::text(&it.folder));
        columns.add_right("databases", |it, _| Cell::text(&it.databases));
        columns.add_right("bytes", |it, _| Cell::text(&it.bytes));
        columns.add_right("waitedMs", |it, _| Cell::text(&it.waited_ms));
    }
}

fn not_copied(error: &BackupError) -> Failure {
    match error {
        BackupError::NotInFolder(_) => Failure::usage(error.to_string())
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
