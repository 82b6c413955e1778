//! `ticketing orders list`

use ticketing_sdk::OrderStatus;
use ticketing_tui::Evidence;

use crate::browser::{self, WebArgs};
use crate::commands::list_limit::ListLimit;
use crate::commands::words::{one_of, words};
use crate::context::{ApiCommand, ApiContext};
use crate::failure::CliResult;
use crate::help;

/// The arguments of `ticketing orders list`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::examples(&[
    "ticketing orders list",
    "ticketing orders list --status created,awaiting:payment",
    "ticketing orders list --all --output csv > orders.csv",
]))]
pub(crate) struct Args {
    /// Show only these statuses, separated by commas
    #[arg(long, help_heading = help::FILTER, value_name = "STATUS", value_delimiter = ',')]
    #[arg(value_parser = one_of(words(OrderStatus::ALL)))]
    status: Vec<OrderStatus>,
    #[command(flatten)]
    list_limit: ListLimit,
    #[command(flatten)]
    web: WebArgs,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        if self.web.web {
            return browser::open(api, api.client.pages().orders()).await;
        }
        let mut list = api.client.orders().list();
        if !self.status.is_empty() {
            list = list.status(self.status);
        }
        let shown = self.list_limit.show_newest(api, list).await?;
        api.settle_known(Evidence::Orders(&shown));
        Ok(())
    }
}
