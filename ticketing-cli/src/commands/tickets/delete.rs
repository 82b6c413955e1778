//! `ticketing tickets delete`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::TicketId;

use crate::context::{Online, OnlineCommand};
use crate::failure::{Failure, Outcome, Subject};
use crate::{complete, prompt};

/// Which ticket.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The ticket's id
    #[arg(value_name = "TICKET", add = ArgValueCandidates::new(complete::own_tickets))]
    id: TicketId,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl OnlineCommand for Args {
    async fn run(self, online: &Online) -> Outcome {
        prompt::confirm(online.io(), self.yes, &format!("Take ticket {} off the market?", self.id))?;
        let deleted = online.client.tickets().delete(&self.id).await;
        deleted.map_err(|error| Failure::about(&error, &Subject::Listing(self.id.clone())))?;
        online.io().remark(&format!("deleted ticket {}", self.id));
        Ok(())
    }
}
