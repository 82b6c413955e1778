//! `ticketing payments`: payments of orders.

pub(super) mod create;
mod get;
mod list;
pub(super) mod on_page;
pub(super) mod pay;
pub(super) mod unpaid;

use clap::Subcommand;

use crate::help;

/// The subcommands of `ticketing payments`.
#[derive(Debug, Subcommand)]
#[command(after_long_help = help::examples(&[
    "ticketing payments create 01a203b9-d806-71eb-8d06-dbab9285e702 --token tok_visa",
    "ticketing payments list",
]))]
pub(crate) enum PaymentsCommand {
    /// List payments, newest first
    #[command(alias = "ls")]
    List(list::Args),
    /// Show one payment
    #[command(alias = "show")]
    Get(get::Args),
    /// Pay for an order
    #[command(alias = "new")]
    Create(create::Args),
}

run_verbs!(PaymentsCommand: List, Get, Create);
