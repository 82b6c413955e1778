//! `ticketing orders`: tickets that one holds, until they are paid for or the hold runs out.

mod cancel;
pub(super) mod create;
mod get;
mod list;
pub(super) mod watch;

use clap::Subcommand;

use crate::context::{ApiCommand, ApiContext};
use crate::failure::Outcome;

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Orders {
    /// Your orders, newest first
    #[command(alias = "ls")]
    List(list::Args),
    /// Show one order
    #[command(alias = "show")]
    Get(get::Args),
    /// Reserve a ticket
    #[command(alias = "new")]
    Create(create::Args),
    /// Let go of a reservation
    Cancel(cancel::Args),
    /// Follow an order until it is complete or cancelled
    Watch(watch::Args),
}

impl ApiCommand for Orders {
    async fn run(self, api: &ApiContext) -> Outcome {
        match self {
            Self::List(args) => args.run(api).await,
            Self::Get(args) => args.run(api).await,
            Self::Create(args) => args.run(api).await,
            Self::Cancel(args) => args.run(api).await,
            Self::Watch(args) => args.run(api).await,
        }
    }
}
