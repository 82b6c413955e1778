//! `ticketing tickets withdraw`

use clap_complete::ArgValueCompleter;
use ticketing_sdk::{Error, TicketId, text};

use crate::context::{ApiCommand, ApiContext};
use crate::failure::{CliResult, Failure, Subject};
use crate::help;
use crate::{complete, prompt, resolve};

/// The arguments of `ticketing tickets withdraw`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing tickets withdraw 01a203b9-d806-71eb-8d06-dbab9285e702",
        "ticketing tickets withdraw 01a203b9-d806-71eb-8d06-dbab9285e702 --yes",
    ],
    "A listing that a buyer has reserved or bought cannot be withdrawn. An order that is already on its way \
     prevails: the ticket then appears again as reserved or sold, and is gone again if that order ends unpaid.",
))]
pub(crate) struct Args {
    /// The id, or several; a part of 8 characters or more is enough where it is unique
    #[arg(value_name = "TICKET", required = true, add = ArgValueCompleter::new(complete::by_id(complete::own_tickets)))]
    ids: Vec<TicketId>,
    /// Withdraw without a prompt
    #[arg(long, short, help_heading = help::CONFIRMATION)]
    yes: bool,
    /// Withdraw only this version of the ticket
    #[arg(long, help_heading = help::REQUEST, value_name = "VERSION")]
    if_match: Option<i64>,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        if self.if_match.is_some() && self.ids.len() > 1 {
            return Err(Failure::usage("--if-match is for one ticket"));
        }
        let yes = self.yes || api.is_dry_run();
        if !yes && !api.io().can_ask() {
            prompt::confirm(api.io(), "")?;
        }
        let ids = resolve::all(api, self.ids, resolve::ticket).await?;
        if !yes {
            let question = match ids.as_slice() {
                [id] => question(api, id).await?,
                ids => format!("Withdraw {} tickets?", ids.len()),
            };
            prompt::confirm(api.io(), &question)?;
        }
        let delete = |id| {
            let delete = api.client.tickets().delete(id);
            match self.if_match {
                Some(version) => delete.if_match(version),
                None => delete,
            }
        };
        if api.is_dry_run() {
            let deletes: Vec<_> = ids.iter().map(delete).collect();
            return Err(api.preview_all(deletes.iter().map(|delete| delete.request())).await);
        }
        for id in &ids {
            check(api, id, delete(id).await).await?;
            api.io().info(&format!("withdrew ticket {id}"));
        }
        Ok(())
    }
}

/// Returns the text of the confirmation prompt for one ticket.
async fn question(api: &ApiContext, id: &TicketId) -> CliResult<String> {
    let about = |error| Failure::from_error(&error, &Subject::Listing(id.clone()));
    let ticket = api.client.tickets().get(id).await.map_err(about)?;
    let after = match ticket.resale_of {
        Some(_) => " Its pass is valid again.",
        None => "",
    };
    Ok(format!("Withdraw {} for {}?{after}", ticket.title, text::price(ticket.price)))
}

/// Checks the answer to a withdrawal. The original has no route for it, and answers 404 for a ticket that exists.
async fn check(api: &ApiContext, id: &TicketId, answer: Result<(), Error>) -> CliResult {
    if answer.as_ref().is_err_and(Error::is_not_found) && api.client.tickets().get(id).await.is_ok() {
        let message = format!("this server cannot withdraw tickets; ticket {id} stays listed");
        return Err(Failure::failed(message));
    }
    resolve::name_conflict(api, answer, &Subject::Listing(id.clone())).await
}
