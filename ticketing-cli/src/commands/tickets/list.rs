//! `ticketing tickets list`

use clap::builder::{PossibleValue, TypedValueParser};
use ticketing_sdk::{PriceBound, TicketSort, TicketStatus, Timestamp, TimestampError};

use crate::browser::{self, WebArgs};
use crate::commands::list_limit::ListLimit;
use crate::commands::words::{one_of, words};
use crate::context::{ApiCommand, ApiContext};
use crate::failure::CliResult;
use crate::help;

/// The arguments of `ticketing tickets list`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing tickets list rustconf --max-price 200",
        "ticketing tickets list --from 2026-12-01 --until 2026-12-31 --sort starts",
        "ticketing tickets list --mine --status all",
        "ticketing tickets list --sort price -L 10 --json title,price",
    ],
    "A time is RFC 3339, like 2026-12-24T19:30:00+01:00, or a whole day in UTC, like 2026-12-24.",
))]
pub(crate) struct Args {
    /// Show only titles and venues with all of these words
    #[arg(value_name = "WORDS", conflicts_with = "query")]
    words: Vec<String>,
    /// The same as WORDS
    #[arg(long, help_heading = help::FILTER, value_name = "WORDS", allow_hyphen_values = true, hide = true)]
    query: Option<String>,
    /// Show only this price and higher
    #[arg(long, help_heading = help::FILTER, value_name = "PRICE", allow_negative_numbers = true)]
    min_price: Option<PriceBound>,
    /// Show only this price and lower
    #[arg(long, help_heading = help::FILTER, value_name = "PRICE", allow_negative_numbers = true)]
    max_price: Option<PriceBound>,
    /// Show only venues with these words
    #[arg(long, hide_short_help = true, help_heading = help::FILTER, value_name = "WORDS", allow_hyphen_values = true)]
    venue: Option<String>,
    /// Show only starts at this time or later
    #[arg(long, hide_short_help = true, help_heading = help::FILTER, value_name = "TIME", value_parser = first_instant)]
    from: Option<Timestamp>,
    /// Show only starts at this time or earlier
    #[arg(long, hide_short_help = true, help_heading = help::FILTER, value_name = "TIME", value_parser = last_instant)]
    until: Option<Timestamp>,
    /// Show also events that have started
    #[arg(long, hide_short_help = true, help_heading = help::FILTER)]
    past: bool,
    /// Sort by this [possible values: oldest, newest, price, -price, title, starts]
    #[arg(
        long,
        help_heading = help::LIST,
        value_name = "ORDER",
        allow_hyphen_values = true,
        hide_possible_values = true,
        default_value = "newest"
    )]
    #[arg(value_parser = one_of(words(TicketSort::ALL)))]
    sort: TicketSort,
    /// Show only tickets of this account
    #[arg(long, help_heading = help::FILTER)]
    mine: bool,
    /// Show only these statuses, separated by commas
    #[arg(long, help_heading = help::FILTER, value_name = "STATUS", value_delimiter = ',')]
    #[arg(value_parser = status_filter())]
    status: Vec<StatusFilter>,
    #[command(flatten)]
    list_limit: ListLimit,
    #[command(flatten)]
    web: WebArgs,
}

/// Reads a time, or the first instant of a day.
fn first_instant(text: &str) -> Result<Timestamp, TimestampError> {
    text.parse().or_else(|_| format!("{text}T00:00:00Z").parse())
}

/// Reads a time, or the last instant of a day.
fn last_instant(text: &str) -> Result<Timestamp, TimestampError> {
    text.parse().or_else(|_| format!("{text}T23:59:59.999Z").parse())
}

/// A status to show; `None` stands for all of them.
pub(super) type StatusFilter = Option<TicketStatus>;

pub(super) fn status_filter() -> impl TypedValueParser<Value = StatusFilter> {
    let known = words(TicketStatus::ALL).map(|(word, status)| (word, Some(status)));
    one_of(known.chain([(PossibleValue::new("all"), None)]))
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let words = self.query.or_else(|| (!self.words.is_empty()).then(|| self.words.join(" ")));
        if self.web.web {
            let pages = api.client.pages();
            let page = words.map_or_else(|| pages.market(), |words| pages.search(&words));
            return browser::open(api, page).await;
        }
        let mut list = api.client.tickets().list().sort(self.sort).limit(self.list_limit.page());
        if let Some(words) = words {
            list = list.matching(words);
        }
        if let Some(price) = self.min_price {
            list = list.min_price(price);
        }
        if let Some(price) = self.max_price {
            list = list.max_price(price);
        }
        if let Some(words) = self.venue {
            list = list.venue(words);
        }
        if let Some(time) = self.from {
            list = list.from(time);
        }
        if let Some(time) = self.until {
            list = list.until(time);
        }
        // A seller wants to see what was sold, too.
        if self.past || self.mine {
            list = list.past();
        }
        if self.mine {
            list = list.mine();
        }
        if self.status.contains(&None) {
            list = list.any_status();
        } else if !self.status.is_empty() {
            list = list.status(self.status.into_iter().flatten());
        }
        self.list_limit.show(api, list.stream()).await.map(drop)
    }
}
