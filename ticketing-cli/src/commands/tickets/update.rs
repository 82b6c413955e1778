//! `ticketing tickets update`

use clap_complete::ArgValueCompleter;
use ticketing_sdk::{ErrorCode, Money, TicketId, TicketUpdate};

use super::details::{DetailArgs, warn_of_past_starts};
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{CliResult, Failure, Subject};
use crate::help;
use crate::{complete, resolve};

/// The arguments of `ticketing tickets update`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing tickets update 01a203b9-d806-71eb-8d06-dbab9285e702 --price 120",
        "ticketing tickets update 01a203b9-d806-71eb-8d06-dbab9285e702 --seat \"Row 4\" --no-venue",
        "ticketing tickets update 01a203b9-d806-71eb-8d06-dbab9285e702 --title \"RustConf, day 2\"",
    ],
    "Omitted fields stay unchanged.",
))]
pub(crate) struct Args {
    /// The ticket's id
    #[arg(value_name = "TICKET", add = ArgValueCompleter::new(complete::by_id(complete::own_tickets)))]
    id: TicketId,
    /// Set a new title
    #[arg(long, short, help_heading = help::TICKET, allow_hyphen_values = true)]
    title: Option<String>,
    /// Set a new price in dollars
    #[arg(long, short, help_heading = help::TICKET, allow_negative_numbers = true)]
    price: Option<Money>,
    #[command(flatten)]
    details: DetailArgs<true>,
    /// Change only this version of the ticket
    #[arg(long, help_heading = help::REQUEST, value_name = "VERSION")]
    if_match: Option<i64>,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        if self.title.is_none() && self.price.is_none() && !self.details.is_given() {
            return Err(Failure::usage("no change given; pass --title, --price or an option such as --seat"));
        }
        let id = resolve::ticket(api, self.id).await?;
        let subject = Subject::Listing(id.clone());
        let about = |error| Failure::from_error(&error, &subject);
        let tickets = api.client.tickets();
        let details = self.details.update;
        let (new, version) = match (self.title, self.price) {
            (Some(title), Some(price)) => (TicketUpdate::new(title, price), None),
            (title, price) => {
                // The other field keeps its value; `If-Match` rejects a concurrent change.
                let old = tickets.get(&id).await.map_err(about)?;
                let new = TicketUpdate::new(title.unwrap_or(old.title), price.unwrap_or(old.price));
                (new, Some(old.version))
            }
        };
        let (new, version) = (new.details(details), self.if_match.or(version));
        let update = tickets.update(&id, new.clone());
        let update = match version {
            Some(version) => update.if_match(version),
            None => update,
        };
        let answer = match (api.send(update).await?, version) {
            // An ingress may have sent it twice.
            (Err(error), Some(version)) if error.code() == Some(&ErrorCode::VersionMismatch) => {
                let now = tickets.get(&id).await.ok();
                now.filter(|now| now.is_updated_by(&new, version)).ok_or(error)
            }
            (answer, _) => answer,
        };
        let ticket = resolve::name_conflict(api, answer, &subject).await?;
        api.printer().one(&ticket)?;
        warn_of_past_starts(api, std::iter::once(&ticket.details));
        api.io().info(&format!("updated ticket {}", ticket.id));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ticketing_sdk::mock::{Mock, Reply};
    use ticketing_sdk::{Method, fixtures};

    use super::*;
    use crate::exit::Exit;
    use crate::io::fake;
    use crate::output::Format;

    #[tokio::test]
    async fn update_that_was_made_before_its_refusal_succeeds() {
        const PATH: &str = "/api/tickets/t-1";
        let price: Money = "120".parse().unwrap();
        let listed = fixtures::ticket("t-1").version(3);
        let updated = listed.clone().price(price).version(4);
        for (now, exit) in [
            (updated.clone(), None),
            (updated.clone().version(5), Some(Exit::Conflict)),
            (listed.clone().version(4), Some(Exit::Conflict)),
        ] {
            let (mock, folder) = (Mock::new(), tempfile::tempdir().unwrap());
            let api = ApiContext::of_mock(&mock, fake::pipe("").io, Format::Tsv, folder.path());
            mock.on(Method::GET, PATH, Reply::json(200, &listed)).on(
                Method::GET,
                PATH,
                Reply::json(200, &now),
            );
            let refused = Reply::problem(412, ErrorCode::VersionMismatch, "It was changed");
            mock.on(Method::PUT, PATH, refused);
            let (id, details) = ("t-1".into(), DetailArgs::default());
            let args = Args { id, title: None, price: Some(price), details, if_match: None };
            assert_eq!(args.run(&api).await.err().map(|failure| failure.exit), exit);
        }
    }
}
