//! `ticketing tickets`: the market, and what one sells there.

mod create;
mod delete;
mod get;
mod list;
mod update;
mod watch;

use clap::Subcommand;

use crate::context::{ApiCommand, ApiContext};
use crate::failure::Outcome;

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Tickets {
    /// Tickets that can be ordered now, or others by their status
    #[command(alias = "ls")]
    List(list::Args),
    /// Show one ticket
    #[command(alias = "show")]
    Get(get::Args),
    /// Put a ticket up for sale
    #[command(alias = "new")]
    Create(create::Args),
    /// Change the title or the price of your ticket
    #[command(alias = "edit")]
    Update(update::Args),
    /// Take your ticket off the market
    #[command(alias = "rm")]
    Delete(delete::Args),
    /// Follow changes as they happen, until interrupted
    Watch(watch::Args),
}

impl ApiCommand for Tickets {
    async fn run(self, api: &ApiContext) -> Outcome {
        match self {
            Self::List(args) => args.run(api).await,
            Self::Get(args) => args.run(api).await,
            Self::Create(args) => args.run(api).await,
            Self::Update(args) => args.run(api).await,
            Self::Delete(args) => args.run(api).await,
            Self::Watch(args) => args.run(api).await,
        }
    }
}
