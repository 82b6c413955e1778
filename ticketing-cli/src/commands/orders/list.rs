//! `ticketing orders list`

use clap::ValueEnum;
use ticketing_sdk::OrderStatus;

use crate::browser::{self, WebArgs};
use crate::commands::list_limit::ListLimit;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::Outcome;
use crate::help;

/// The arguments of `ticketing orders list`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing orders list",
        "ticketing orders list --status created,awaiting:payment",
        "ticketing orders list --all --output csv > orders.csv",
    ],
    "",
))]
pub(crate) struct Args {
    /// Show only these statuses, separated by commas
    #[arg(long, help_heading = help::FILTER, value_enum, value_name = "STATUS", value_delimiter = ',')]
    status: Vec<StatusFilter>,
    #[command(flatten)]
    list_limit: ListLimit,
    #[command(flatten)]
    web: WebArgs,
}

/// A status to show.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum StatusFilter {
    Created,
    #[value(name = "awaiting:payment", alias = "awaiting-payment")]
    AwaitingPayment,
    Complete,
    Cancelled,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        if self.web.web {
            return browser::open(api, api.client.pages().orders()).await;
        }
        let mut list = api.client.orders().list();
        if !self.status.is_empty() {
            list = list.status(self.status.into_iter().map(OrderStatus::from));
        }
        self.list_limit.show_newest(api, list).await
    }
}

impl From<StatusFilter> for OrderStatus {
    fn from(filter: StatusFilter) -> Self {
        match filter {
            StatusFilter::Created => Self::Created,
            StatusFilter::AwaitingPayment => Self::AwaitingPayment,
            StatusFilter::Complete => Self::Complete,
            StatusFilter::Cancelled => Self::Cancelled,
        }
    }
}
