//! `ticketing tickets list`

use clap::ValueEnum;
use ticketing_sdk::{PriceBound, TicketSort, TicketStatus};

use crate::commands::list_limit::ListLimit;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::Outcome;

/// Which tickets, in which order.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only titles with these words
    #[arg(long, value_name = "WORDS", allow_hyphen_values = true)]
    query: Option<String>,
    /// Only at this price or above
    #[arg(long, value_name = "PRICE", allow_negative_numbers = true)]
    min_price: Option<PriceBound>,
    /// Only at this price or below
    #[arg(long, value_name = "PRICE", allow_negative_numbers = true)]
    max_price: Option<PriceBound>,
    /// In which order [possible values: oldest, newest, price, -price, title]
    #[arg(
        long,
        value_name = "ORDER",
        allow_hyphen_values = true,
        hide_possible_values = true,
        default_value = "newest"
    )]
    #[arg(value_parser = ["oldest", "newest", "price", "-price", "title"])]
    sort: String,
    /// Only your own
    #[arg(long)]
    mine: bool,
    /// Only in these statuses, with commas between them
    #[arg(long, value_enum, value_name = "STATUS", value_delimiter = ',')]
    status: Vec<Wanted>,
    #[command(flatten)]
    list_limit: ListLimit,
}

/// A status, or any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Wanted {
    Available,
    Reserved,
    Sold,
    All,
}

impl Wanted {
    fn status(self) -> Option<TicketStatus> {
        match self {
            Self::Available => Some(TicketStatus::Available),
            Self::Reserved => Some(TicketStatus::Reserved),
            Self::Sold => Some(TicketStatus::Sold),
            Self::All => None,
        }
    }
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let mut list = api.client.tickets().list().limit(self.list_limit.page());
        if let Some(words) = self.query {
            list = list.matching(words);
        }
        if let Some(price) = self.min_price {
            list = list.min_price(price);
        }
        if let Some(price) = self.max_price {
            list = list.max_price(price);
        }
        if let Ok(sort) = self.sort.parse::<TicketSort>() {
            list = list.sort(sort);
        }
        if self.mine {
            list = list.mine();
        }
        if self.status.contains(&Wanted::All) {
            list = list.any_status();
        } else if !self.status.is_empty() {
            list = list.status(self.status.into_iter().filter_map(Wanted::status));
        }
        self.list_limit.show(api, list.stream()).await
    }
}
