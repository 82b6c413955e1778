//! `ticketing checkin prepare`

use std::path::PathBuf;

use crate::clock;
use crate::context::{ApiCommand, ApiContext};
use crate::door::{DoorList, OfflineDoor};
use crate::failure::Outcome;
use crate::help;

/// The arguments of `ticketing checkin prepare`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &["ticketing checkin prepare door.json", "ticketing checkin --offline door.json"],
    "The door list contains the public keys and the passes that this account has issued, without codes. Fetch it shortly before the doors open: a pass \
     that is sold later is not on it. The list also has the difference between the clock of the server and that of this machine, by \
     which an offline door on this machine notes its times.",
))]
pub(crate) struct Args {
    /// The file of the door list; an earlier one is replaced, and its journal stays
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
        let list = DoorList::fetch(&api.client, clock::now).await?;
        let count = OfflineDoor::prepare(&self.file, list)?.passes();
        let file = self.file.display();
        api.io().info(&format!(
            "passes on the door list {file}: {count}; `ticketing checkin --offline {file}` admits them"
        ));
        Ok(())
    }
}
