//! `ticketing tickets get`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::TicketId;

use crate::complete;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome, Subject};

/// Which ticket.
#[derive(Debug, clap::Args)]
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
