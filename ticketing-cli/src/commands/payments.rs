//! `ticketing payments`: the money of orders.

pub(super) mod create;
mod get;
mod list;
pub(super) mod on_page;

use clap::Subcommand;

use crate::context::{ApiCommand, ApiContext};
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

impl ApiCommand for Payments {
    async fn run(self, api: &ApiContext) -> Outcome {
        match self {
            Self::List(args) => args.run(api).await,
            Self::Get(args) => args.run(api).await,
            Self::Create(args) => args.run(api).await,
        }
    }
}
