//! `ticketing tickets withdraw`

use clap_complete::ArgValueCompleter;
use ticketing_sdk::{Error, Ticket, TicketId, text};

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
        // Seen before, a ticket that is gone afterwards is withdrawn.
        let seen =
            resolve::get_all(ids.clone(), Subject::Listing, async |id| api.client.tickets().get(id).await);
        let seen = seen.await?;
        if !yes {
            prompt::confirm(api.io(), &question(&seen))?;
        }
        for id in &ids {
            check(api, id, delete(id).await).await?;
            api.io().info(&format!("withdrew ticket {id}"));
        }
        Ok(())
    }
}

/// Returns the text of the confirmation prompt.
fn question(tickets: &[Ticket]) -> String {
    let [ticket] = tickets else { return format!("Withdraw {} tickets?", tickets.len()) };
    let after = match ticket.resale_of {
        Some(_) => " Its pass is valid again.",
        None => "",
    };
    format!("Withdraw {} for {}?{after}", ticket.title, text::price(ticket.price))
}

/// Checks the answer to the withdrawal of a ticket that was seen before. An ingress may send the request twice, and the second answer
/// is then 404. The original has no route for it, and answers 404 for a ticket that exists.
async fn check(api: &ApiContext, id: &TicketId, answer: Result<(), Error>) -> CliResult {
    if !answer.as_ref().is_err_and(Error::is_not_found) {
        return resolve::name_conflict(api, answer, &Subject::Listing(id.clone())).await;
    }
    match api.client.tickets().get(id).await {
        Err(error) if error.is_not_found() => Ok(()),
        Ok(_) => {
            Err(Failure::failed(format!("this server cannot withdraw tickets; ticket {id} stays listed")))
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use ticketing_sdk::mock::{Mock, Reply};
    use ticketing_sdk::{ErrorCode, Method, fixtures};

    use super::*;
    use crate::exit::Exit;
    use crate::io::fake;
    use crate::output::Format;

    #[tokio::test]
    async fn ticket_that_was_there_and_is_gone_is_withdrawn() {
        const PATH: &str = "/api/tickets/t-1";
        let missing = || Reply::problem(404, ErrorCode::NotFound, "Not Found");
        let listed = || Reply::json(200, &fixtures::ticket("t-1"));
        for (before, after, exit) in [
            (listed(), missing(), None),
            (listed(), listed(), Some(Exit::Failed)),
            (missing(), missing(), Some(Exit::NotFound)),
        ] {
            let (mock, folder) = (Mock::new(), tempfile::tempdir().unwrap());
            let api = ApiContext::of_mock(&mock, fake::pipe("").io, Format::Tsv, folder.path());
            mock.on(Method::GET, PATH, before).on(Method::GET, PATH, after).on(
                Method::DELETE,
                PATH,
                missing(),
            );
            let args = Args { ids: vec!["t-1".into()], yes: true, if_match: None };
            assert_eq!(args.run(&api).await.err().map(|failure| failure.exit), exit);
        }
    }
}
