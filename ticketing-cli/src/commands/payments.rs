//! `ticketing payments`: the money of orders.

pub(super) mod create;
mod get;
mod list;
pub(super) mod on_page;

use clap::Subcommand;

use crate::context::{Online, OnlineCommand};
use crate::failure::Outcome;

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Payments {
    /// Your payments, newest first
    #[command(alias = "ls")]
    List(list::Args),
    /// Show one payment
    #[command(alias = "show")]
    Get(get::Args),
    /// Pay for an order
    #[command(alias = "new")]
    Create(create::Args),
}

impl OnlineCommand for Payments {
    async fn run(self, online: &Online) -> Outcome {
        match self {
            Self::List(args) => args.run(online).await,
            Self::Get(args) => args.run(online).await,
            Self::Create(args) => args.run(online).await,
        }
    }
}
