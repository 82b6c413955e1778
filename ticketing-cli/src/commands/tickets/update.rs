//! `ticketing tickets update`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::{Money, NewTicket, TicketId};

use crate::complete;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome, Subject};
use crate::help;

/// The arguments of `ticketing tickets update`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing tickets update 01a203b9-d806-71eb-8d06-dbab9285e702 --price 120",
        "ticketing tickets update 01a203b9-d806-71eb-8d06-dbab9285e702 --title \"RustConf, day 2\"",
    ],
    "Fields that are not given keep their value.",
))]
pub(crate) struct Args {
    /// The ticket's id
    #[arg(value_name = "TICKET", add = ArgValueCandidates::new(complete::own_tickets))]
    id: TicketId,
    /// Set a new title
    #[arg(long, short, help_heading = help::TICKET, required_unless_present = "price", allow_hyphen_values = true)]
    title: Option<String>,
    /// Set a new price in dollars
    #[arg(long, short, help_heading = help::TICKET, allow_negative_numbers = true)]
    price: Option<Money>,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let subject = Subject::Listing(self.id.clone());
        let about = |error| Failure::about(&error, &subject);
        let tickets = api.client.tickets();
        let update = match (self.title, self.price) {
            (Some(title), Some(price)) => tickets.update(&self.id, NewTicket::new(title, price)),
            (title, price) => {
                // The other field keeps its value; `If-Match` rejects a concurrent change.
                let old = tickets.get(&self.id).await.map_err(about)?;
                let new = NewTicket::new(title.unwrap_or(old.title), price.unwrap_or(old.price));
                tickets.update(&self.id, new).if_match(old.version)
            }
        };
        let ticket = update.await.map_err(about)?;
        api.printer().one(&ticket)?;
        api.io().remark(&format!("updated ticket {}", ticket.id));
        Ok(())
    }
}
