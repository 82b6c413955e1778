//! `ticketing tickets get`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::TicketId;

use crate::complete;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome, Subject};
use crate::help;

/// The arguments of `ticketing tickets get`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing tickets get 01a203b9-d806-71eb-8d06-dbab9285e702",
        "ticketing tickets get 01a203b9-d806-71eb-8d06-dbab9285e702 --output json",
    ],
    "",
))]
pub(crate) struct Args {
    /// The ticket's id
    #[arg(value_name = "TICKET", add = ArgValueCandidates::new(complete::tickets))]
    id: TicketId,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let ticket = api.client.tickets().get(&self.id).await;
        api.printer().one(&ticket.map_err(|error| Failure::about(&error, &Subject::Ticket(self.id)))?)
    }
}
