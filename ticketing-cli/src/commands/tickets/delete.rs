//! `ticketing tickets delete`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::{Error, TicketId};

use crate::context::{ApiCommand, ApiContext};
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

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        prompt::confirm(api.io(), self.yes, &format!("Take ticket {} off the market?", self.id))?;
        let deleted = api.client.tickets().delete(&self.id).await;
        if let Err(error) = deleted {
            return Err(self.failure(api, &error).await);
        }
        api.io().remark(&format!("deleted ticket {}", self.id));
        Ok(())
    }
}

impl Args {
    /// The original has no route to delete a ticket, and answers 404 for one that exists.
    async fn failure(&self, api: &ApiContext, error: &Error) -> Failure {
        if error.is_not_found() && api.client.tickets().get(&self.id).await.is_ok() {
            return Failure::failed(format!("this server cannot delete tickets; ticket {} stays", self.id));
        }
        Failure::about(error, &Subject::Listing(self.id.clone()))
    }
}
