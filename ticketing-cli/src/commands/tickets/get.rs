//! `ticketing tickets get`

use clap_complete::ArgValueCompleter;
use ticketing_sdk::TicketId;

use crate::browser::WebArgs;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{CliResult, Subject};
use crate::help;
use crate::{complete, resolve};

/// The arguments of `ticketing tickets get`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::examples(&[
    "ticketing tickets get 01a203b9-d806-71eb-8d06-dbab9285e702",
    "ticketing tickets get 9285e702 --output json",
    "ticketing tickets get 9285e702 --web",
]))]
pub(crate) struct Args {
    /// The id, or several; a part of 8 characters or more is enough where it is unique
    #[arg(value_name = "TICKET", required = true, add = ArgValueCompleter::new(complete::by_id(complete::tickets)))]
    ids: Vec<TicketId>,
    #[command(flatten)]
    web: WebArgs,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let ids = resolve::all(api, self.ids, resolve::ticket).await?;
        if self.web.open(api, &ids, |pages, id| pages.ticket(id)).await? {
            return Ok(());
        }
        let get = async |id: &TicketId| api.client.tickets().get(id).await;
        let tickets = resolve::get_all(ids, Subject::Ticket, get).await?;
        // The answers have stated the time of the server.
        api.printer().one_or_many(&tickets)
    }
}
