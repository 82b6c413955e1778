//! `ticketing tickets create`

use ticketing_sdk::{Money, NewTicket, text};
use ticketing_tui::Operation;

use super::batch::{Batch, RepeatPolicy, Row};
use super::details::{DetailArgs, check_title, warn_of_past_starts};
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{CliResult, Failure};
use crate::help;
use crate::prompt;

/// The arguments of `ticketing tickets create`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing tickets create --title \"RustConf, day 1\" --price 149.99",
        "ticketing tickets create -t Opera -p 89 --venue \"City Hall\" --starts-at 2026-12-24T19:30:00+01:00 --seat \"Row 4\"",
        "ticketing tickets create -t \"RustConf, day 1\" -p 149.99 --output json | jq -r .id",
        "ticketing tickets create -t \"RustConf, day 1\" -p 149.99 --count 40",
    ],
    "With --count, the same command again after an interruption lists only the tickets that are missing. With \
     --idempotency-key as well, it lists nothing once all are listed.",
))]
pub(crate) struct Args {
    /// Set the title, 1 to 200 characters
    #[arg(long, short, help_heading = help::TICKET, allow_hyphen_values = true)]
    title: Option<String>,
    /// Set the price in dollars, like 149.99
    #[arg(long, short, help_heading = help::TICKET, allow_negative_numbers = true)]
    price: Option<Money>,
    #[command(flatten)]
    details: DetailArgs<false>,
    /// List this many equal tickets
    #[arg(long, help_heading = help::BATCH, value_name = "N")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=10_000))]
    count: Option<u16>,
}

/// The requests of `--count` at once.
const JOBS: usize = 4;

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let title = prompt::value(api.io(), self.title, "Title:", "--title")?;
        check_title(&title).map_err(Failure::usage)?;
        let price = prompt::price(api.io(), self.price)?;
        let mut new = NewTicket::new(title, price);
        new.details.apply(&self.details.update);
        if let Some(count) = self.count {
            let row = |number| Row { label: format!("ticket {number}"), id: None, ticket: new.clone() };
            let operation = Operation::create_ticket(&new, Some(count));
            let batch = Batch {
                scope: operation.to_string(),
                operation,
                rows: (1..=count).map(row).collect(),
                jobs: JOBS,
                repeat: RepeatPolicy::Always,
                key: api.context.settings.writes.key.clone(),
            };
            return batch.run(api).await;
        }
        let operation = Operation::create_ticket(&new, None);
        let ticket = api.write(&operation, api.client.tickets().create(new)).await??;
        api.printer().one(&ticket)?;
        warn_of_past_starts(api, std::iter::once(&ticket.details));
        api.io().info(&format!("listed: {} for {}", ticket.title, text::price(ticket.price)));
        Ok(())
    }
}
