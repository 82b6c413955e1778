//! `ticketing passes`: the passes of the user.

mod calendar;
mod claim;
mod get;
mod list;
mod resell;
mod show;
mod transfer;

use clap::Subcommand;
use ticketing_sdk::{Error, ErrorCode, PassId};

use crate::context::ApiContext;
use crate::failure::{CliResult, Failure, Subject};
use crate::help;

/// The subcommands of `ticketing passes`.
#[derive(Debug, Subcommand)]
#[command(after_long_help = help::long(
    &[
        "ticketing passes list",
        "ticketing passes show 01a203ba-11c4-7d52-9d0e-7a3b8c5e2f10",
        "ticketing passes transfer 01a203ba-11c4-7d52-9d0e-7a3b8c5e2f10",
    ],
    "A pass is issued when an order is paid. It admits its holder once.",
))]
pub(crate) enum PassesCommand {
    /// List passes, newest first
    #[command(alias = "ls")]
    List(list::Args),
    /// Show the facts of one pass
    Get(get::Args),
    /// Show the code of a pass for the door
    Show(show::Args),
    /// Give a pass away, or take it back
    Transfer(transfer::Args),
    /// Claim a pass that another user gives away
    Claim(claim::Args),
    /// Offer a pass for resale
    #[command(alias = "sell")]
    Resell(resell::Args),
    /// Write the event of a pass as a calendar file
    Calendar(calendar::Args),
}

run_verbs!(PassesCommand: List, Get, Show, Transfer, Claim, Resell, Calendar);

/// Converts the answer to a change of a pass. A refusal names the title and the seat, and the reason that the server gives.
async fn name_refusal<T>(api: &ApiContext, answer: Result<T, Error>, id: &PassId) -> CliResult<T> {
    let error = match answer {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let failure = Failure::from_error(&error, &Subject::Pass(id.clone()));
    if error.code() != Some(&ErrorCode::PassNotValid) {
        return Err(failure);
    }
    let Ok(pass) = api.read_pass(id).await else { return Err(failure) };
    let name = match &pass.details.seat {
        Some(seat) => format!("{} ({seat})", pass.title),
        None => pass.title,
    };
    let hint = match &pass.listing_id {
        Some(listing) => Some(format!("`ticketing tickets withdraw {listing}` takes it back")),
        None => failure.hint,
    };
    Err(Failure { hint, ..Failure::from(error).prefix_with(&name) })
}

#[cfg(test)]
mod tests {
    use ticketing_sdk::mock::{Mock, Reply};
    use ticketing_sdk::{Method, PassStatus, fixtures};

    use super::*;
    use crate::io::fake;
    use crate::output::Format;

    #[tokio::test]
    async fn refused_transfer_names_the_title_and_the_reason() {
        let (mock, folder) = (Mock::new(), tempfile::tempdir().unwrap());
        let api = ApiContext::of_mock(&mock, fake::pipe("").io, Format::Tsv, folder.path());
        let refused = Reply::problem(400, ErrorCode::PassNotValid, "The pass is for sale");
        mock.on(Method::POST, "/api/passes/p-1/transfer", refused);
        let id = PassId::new("p-1");
        let transfer =
            async || name_refusal(&api, api.client.passes().transfer(&id).await, &id).await.unwrap_err();
        assert_eq!(transfer().await.message.as_deref(), Some("pass p-1: the pass is for sale"));
        let mut pass = fixtures::pass("p-1").title("Opera").status(PassStatus::Offered).listing_id("t-9");
        pass.details.seat = Some("Row 4".to_owned());
        mock.on(Method::GET, "/api/passes/p-1", Reply::json(200, &pass));
        let failure = transfer().await;
        assert_eq!(failure.message.as_deref(), Some("Opera (Row 4): the pass is for sale"));
        assert_eq!(failure.hint.as_deref(), Some("`ticketing tickets withdraw t-9` takes it back"));
    }
}
