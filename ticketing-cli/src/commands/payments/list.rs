//! `ticketing payments list`

use crate::commands::extent::Extent;
use crate::context::{Online, OnlineCommand};
use crate::failure::Outcome;

/// How many.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    extent: Extent,
}

impl OnlineCommand for Args {
    async fn run(self, online: &Online) -> Outcome {
        self.extent.show_newest(online, online.client.payments().list()).await
    }
}
