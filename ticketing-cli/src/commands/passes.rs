//! `ticketing passes`: the passes of the user.

mod calendar;
mod claim;
mod get;
mod list;
mod resell;
mod show;
mod transfer;

use clap::Subcommand;

use crate::context::{ApiCommand, ApiContext};
use crate::failure::Outcome;
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
pub(crate) enum Passes {
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

impl ApiCommand for Passes {
    async fn run(self, api: &ApiContext) -> Outcome {
        match self {
            Self::List(args) => args.run(api).await,
            Self::Get(args) => args.run(api).await,
            Self::Show(args) => args.run(api).await,
            Self::Transfer(args) => args.run(api).await,
            Self::Claim(args) => args.run(api).await,
            Self::Resell(args) => args.run(api).await,
            Self::Calendar(args) => args.run(api).await,
        }
    }
}
