//! `ticketing tickets create`

use ticketing_sdk::{Money, NewTicket};

use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome};
use crate::prompt;

/// What is for sale, and for how much.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What it is a ticket for (1 to 200 characters)
    #[arg(long, short, allow_hyphen_values = true)]
    title: Option<String>,
    /// The price in dollars, like 149.99
    #[arg(long, short, allow_negative_numbers = true)]
    price: Option<Money>,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let title = prompt::value(api.io(), self.title, "Title:", "--title")?;
        let price = match self.price {
            Some(price) => price,
            None => prompt::value(api.io(), None, "Price in dollars:", "--price")?
                .trim()
                .parse()
                .map_err(|error| Failure::usage(format!("--price: {error}")))?,
        };
        let operation = format!("tickets create --title {title:?} --price {price}");
        let new = NewTicket::new(title.clone(), price);
        let ticket = api
            .write(&operation, &[&title, &price.to_string()], |key, resumed| {
                api.client.tickets().create(new).idempotency_key(key).resumed(resumed)
            })
            .await??;
        api.printer().one(&ticket)?;
        api.io().remark(&format!("for sale: {} for ${}", ticket.title, ticket.price));
        Ok(())
    }
}
