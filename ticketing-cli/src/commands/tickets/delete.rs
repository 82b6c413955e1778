//! `ticketing tickets delete`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::{Error, TicketId};

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
        if let Err(error) = deleted {
            return Err(self.failure(online, &error).await);
        }
        online.io().remark(&format!("deleted ticket {}", self.id));
        Ok(())
    }
}

impl Args {
    /// The original has no route to delete a ticket, and answers 404 for one that exists.
    async fn failure(&self, online: &Online, error: &Error) -> Failure {
        if error.is_not_found() && online.client.tickets().get(&self.id).await.is_ok() {
            return Failure::failed(format!("this server cannot delete tickets; ticket {} stays", self.id));
        }
        Failure::about(error, &Subject::Listing(self.id.clone()))
    }
}
