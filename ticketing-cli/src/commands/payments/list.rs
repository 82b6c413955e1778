//! `ticketing payments list`

use crate::commands::list_limit::ListLimit;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::CliResult;
use crate::help;

/// The arguments of `ticketing payments list`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::examples(&[
    "ticketing payments list",
    "ticketing payments list --all --output csv > payments.csv",
]))]
pub(crate) struct Args {
    #[command(flatten)]
    list_limit: ListLimit,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        self.list_limit.show_newest(api, api.client.payments().list()).await.map(drop)
    }
}
