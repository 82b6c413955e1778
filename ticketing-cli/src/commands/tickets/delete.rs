//! `ticketing tickets delete`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::{Error, TicketId};

use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome, Subject};
use crate::help;
use crate::{complete, prompt};

/// The arguments of `ticketing tickets delete`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing tickets delete 01a203b9-d806-71eb-8d06-dbab9285e702",
        "ticketing tickets withdraw 01a203b9-d806-71eb-8d06-dbab9285e702 --yes",
    ],
    "A listing that a buyer has reserved or bought cannot be withdrawn. An order that is already on its way \
     prevails: the ticket then appears again as reserved or sold, and is gone again if that order ends unpaid.",
))]
pub(crate) struct Args {
    /// The ticket's id
    #[arg(value_name = "TICKET", add = ArgValueCandidates::new(complete::own_tickets))]
    id: TicketId,
    /// Withdraw without a prompt
    #[arg(long, short, help_heading = help::CONFIRMATION)]
    yes: bool,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        prompt::confirm(api.io(), self.yes, &format!("Withdraw ticket {}?", self.id))?;
        let deleted = api.client.tickets().delete(&self.id).await;
        if let Err(error) = deleted {
            return Err(self.failure(api, &error).await);
        }
        api.io().remark(&format!("withdrew ticket {}", self.id));
        Ok(())
    }
}

impl Args {
    /// Maps a failed withdrawal. The original has no route for it, and answers 404 for a ticket that exists.
    async fn failure(&self, api: &ApiContext, error: &Error) -> Failure {
        if error.is_not_found() && api.client.tickets().get(&self.id).await.is_ok() {
            return Failure::failed(format!(
                "this server cannot withdraw tickets; ticket {} stays listed",
                self.id
            ));
        }
        Failure::about(error, &Subject::Listing(self.id.clone()))
    }
}
