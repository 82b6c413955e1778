//! `ticketing passes list`

use ticketing_sdk::PassStatus;
use ticketing_tui::Evidence;

use crate::browser::{self, WebArgs};
use crate::commands::list_limit::ListLimit;
use crate::commands::words::{one_of, words};
use crate::context::{ApiCommand, ApiContext};
use crate::failure::CliResult;
use crate::help;

/// The arguments of `ticketing passes list`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::examples(&[
    "ticketing passes list --status valid",
    "ticketing passes list --issued --all --output csv > door.csv",
]))]
pub(crate) struct Args {
    /// Show only these statuses, separated by commas
    #[arg(long, help_heading = help::FILTER, value_name = "STATUS", value_delimiter = ',')]
    #[arg(value_parser = one_of(words(PassStatus::ALL)))]
    status: Vec<PassStatus>,
    /// Show the passes that this account has issued, without codes, instead of those it holds
    #[arg(long, help_heading = help::FILTER)]
    issued: bool,
    #[command(flatten)]
    list_limit: ListLimit,
    #[command(flatten)]
    web: WebArgs,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        if self.web.web {
            return browser::open(api, api.client.pages().passes()).await;
        }
        let mut list = api.client.passes().list().limit(self.list_limit.page());
        if !self.status.is_empty() {
            list = list.status(self.status);
        }
        if self.issued {
            list = list.issued();
        }
        let shown = self.list_limit.show(api, list.stream()).await?;
        api.settle_known(Evidence::Passes(&shown));
        Ok(())
    }
}
