//! `ticketing passes resell`

use clap_complete::ArgValueCompleter;
use ticketing_sdk::{Money, PassId, text};
use ticketing_tui::Operation;

use super::name_refusal;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::CliResult;
use crate::help;
use crate::{complete, prompt, resolve};

/// The arguments of `ticketing passes resell`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &["ticketing passes resell 01a203ba-11c4-7d52-9d0e-7a3b8c5e2f10 --price 30"],
    "The pass becomes a listing of the market, and admits nobody while it is offered. `ticketing tickets withdraw` takes the \
     listing back. `ticketing passes get` shows the highest price.",
))]
pub(crate) struct Args {
    /// The pass's id
    #[arg(value_name = "PASS", add = ArgValueCompleter::new(complete::by_id(complete::valid_passes)))]
    id: PassId,
    /// Set the price in dollars, like 149.99
    #[arg(long, short, help_heading = help::PASS, allow_negative_numbers = true)]
    price: Option<Money>,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let id = resolve::pass(api, self.id).await?;
        let price = prompt::price(api.io(), self.price)?;
        let operation = Operation::ResellPass { pass: id.clone(), price };
        let listing = api.write(&operation, api.client.passes().resell(&id, price)).await?;
        let listing = name_refusal(api, listing, &id).await?;
        api.printer().one(&listing)?;
        api.io().info(&format!(
            "offered: {} for {}; `ticketing tickets withdraw {}` takes it back",
            listing.title,
            text::price(listing.price),
            listing.id
        ));
        Ok(())
    }
}
