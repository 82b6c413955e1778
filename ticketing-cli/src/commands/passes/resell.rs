//! `ticketing passes resell`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::{Money, PassId};

use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome, Subject};
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
    #[arg(value_name = "PASS", add = ArgValueCandidates::new(complete::valid_passes))]
    id: PassId,
    /// Set the price in dollars, like 149.99
    #[arg(long, short, help_heading = help::PASS, allow_negative_numbers = true)]
    price: Option<Money>,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let id = resolve::pass(api, self.id).await?;
        let price = match self.price {
            Some(price) => price,
            None => prompt::value(api.io(), None, "Price in dollars:", "--price")?
                .trim()
                .parse()
                .map_err(|error| Failure::usage(format!("--price: {error}")))?,
        };
        let operation = format!("passes resell {} --price {price}", id);
        let listing = api
            .write(&operation, &[id.as_str(), &price.to_string()], |key, resumed| {
                api.client.passes().resell(&id, price).idempotency_key(key).resumed(resumed)
            })
            .await?
            .map_err(|error| Failure::about(&error, &Subject::Pass(id.clone())))?;
        api.printer().one(&listing)?;
        api.io().remark(&format!(
            "offered: {} for ${}; `ticketing tickets withdraw {}` takes it back",
            listing.title, listing.price, listing.id
        ));
        Ok(())
    }
}
