//! `ticketing orders resume`: settles the writes of killed commands.

mod order_outcome;
mod preview;
mod repeat;
mod settle;

use crate::context::{ApiCommand, ApiContext};
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::help;
use crate::output::{Format, Settlement, WriteOutcome};

/// The arguments of `ticketing orders resume`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing orders resume",
        "ticketing orders resume --token tok_visa",
        "ticketing orders resume --cancel --output json",
    ],
    "A command that was killed leaves a record of each write whose outcome it did not learn. This command repeats each with the key \
     that it had, so that it is done once, and states what became of it and of the money: one record for each write, and one for a \
     purchase. What is reserved and not paid is paid with --token, cancelled with --cancel, and else asked about on a terminal and \
     left alone elsewhere; then the exit code is 9.\n\
     The command names what is left to its user: a write of another account or for another server, one whose key the server no longer \
     keeps (keys are kept for a day), and one whose request held a password. With --dry-run, the requests are printed that would settle \
     the writes.",
))]
pub(crate) struct Args {
    /// Pay for unpaid orders with this token of the payment provider
    #[arg(long, help_heading = help::PAYMENT)]
    token: Option<String>,
    /// Cancel unpaid orders
    #[arg(long, help_heading = help::CONFIRMATION, conflicts_with = "token")]
    cancel: bool,
}

/// The action for an order that is reserved and not paid.
#[derive(Debug, Clone)]
enum UnpaidAction {
    /// Pay with this token.
    Pay(String),
    /// Cancel.
    Cancel,
    /// Ask on a terminal, else leave it.
    Ask,
    /// Leave it.
    Leave,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let action = match (self.token, self.cancel) {
            (Some(token), _) => UnpaidAction::Pay(crate::card::token(api.io(), Some(token))?),
            (None, true) => UnpaidAction::Cancel,
            (None, false) => UnpaidAction::Ask,
        };
        if api.is_dry_run() {
            return preview::preview(api, &action).await;
        }
        let damaged = api.journal.damaged_records();
        for record in &damaged {
            api.io().warn(record);
        }
        let settlements = settle::settle(api, &action).await?;
        if settlements.is_empty() && damaged.is_empty() {
            api.io().info("no interrupted write is on record");
        }
        api.printer().list(&settlements)?;
        if api.context.settings.format == Format::Table {
            // The table may cut what is left to the user.
            let is_open = |settlement: &&Settlement| !settlement.outcome.is_final();
            settlements.iter().filter(is_open).for_each(|settlement| api.io().info(&settlement.detail));
        }
        let has = |outcome| settlements.iter().any(|settlement| settlement.outcome == outcome);
        if has(WriteOutcome::Unknown) {
            return Err(Failure::new(Exit::NotSettled, "the outcome of some writes is not known yet")
                .hint("run `ticketing orders resume` again when the server answers"));
        }
        if has(WriteOutcome::Unpaid) {
            return Err(Failure::new(Exit::NotSettled, "some tickets are reserved and not paid").hint(
                "`ticketing orders resume --token TOKEN` pays, `ticketing orders resume --cancel` cancels",
            ));
        }
        if has(WriteOutcome::Repeat) || has(WriteOutcome::Skipped) {
            return Err(Failure::new(Exit::NotSettled, "some writes are not settled")
                .hint("the details of each say what to run"));
        }
        if !damaged.is_empty() {
            return Err(Failure::new(Exit::NotSettled, "a record of a write is damaged")
                .hint("`ticketing doctor` says what to do"));
        }
        Ok(())
    }
}
