//! `ticketing tickets update`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::{Money, NewTicket, TicketId};

use crate::complete;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome, Subject};

/// Which ticket, and what is new about it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The ticket's id
    #[arg(value_name = "TICKET", add = ArgValueCandidates::new(complete::own_tickets))]
    id: TicketId,
    /// The new title
    #[arg(long, short, required_unless_present = "price", allow_hyphen_values = true)]
    title: Option<String>,
    /// The new price in dollars
    #[arg(long, short, allow_negative_numbers = true)]
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
                // What is not given stays, but only if nobody changes it in between.
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
