//! `ticketing tickets get`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::TicketId;

use crate::browser::{self, WebArgs};
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome, Subject};
use crate::help;
use crate::{complete, resolve};

/// The arguments of `ticketing tickets get`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing tickets get 01a203b9-d806-71eb-8d06-dbab9285e702",
        "ticketing tickets get 9285e702 --output json",
        "ticketing tickets get 9285e702 --web",
    ],
    "",
))]
pub(crate) struct Args {
    /// The id, or several; a part of 8 characters or more is enough where it is unique
    #[arg(value_name = "TICKET", required = true, add = ArgValueCandidates::new(complete::tickets))]
    ids: Vec<TicketId>,
    #[command(flatten)]
    web: WebArgs,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let mut ids = Vec::new();
        for id in self.ids {
            ids.push(resolve::ticket(api, id).await?);
        }
        if self.web.web {
            for id in &ids {
                browser::open(api, api.client.pages().ticket(id)).await?;
            }
            return Ok(());
        }
        let mut tickets = Vec::new();
        for id in ids {
            let ticket = api.client.tickets().get(&id).await;
            tickets.push(ticket.map_err(|error| Failure::about(&error, &Subject::Ticket(id)))?);
        }
        api.printer().one_or_many(&tickets)
    }
}
