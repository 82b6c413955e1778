//! `ticketing orders list`

use clap::ValueEnum;
use ticketing_sdk::OrderStatus;

use crate::commands::list_limit::ListLimit;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::Outcome;

/// Which orders.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only in these statuses, with commas between them
    #[arg(long, value_enum, value_name = "STATUS", value_delimiter = ',')]
    status: Vec<Wanted>,
    #[command(flatten)]
    list_limit: ListLimit,
}

/// A status.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Wanted {
    Created,
    #[value(name = "awaiting:payment", alias = "awaiting-payment")]
    AwaitingPayment,
    Complete,
    Cancelled,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let mut list = api.client.orders().list();
        if !self.status.is_empty() {
            list = list.status(self.status.into_iter().map(OrderStatus::from));
        }
        self.list_limit.show_newest(api, list).await
    }
}

impl From<Wanted> for OrderStatus {
    fn from(wanted: Wanted) -> Self {
        match wanted {
            Wanted::Created => Self::Created,
            Wanted::AwaitingPayment => Self::AwaitingPayment,
            Wanted::Complete => Self::Complete,
            Wanted::Cancelled => Self::Cancelled,
        }
    }
}
