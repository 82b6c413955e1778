//! `ticketing tickets`: the market and its listings.

mod batch;
pub(crate) mod create;
mod details;
mod export;
mod file_format;
mod get;
mod import;
pub(crate) mod list;
mod skipped_listings;
mod update;
mod watch;
mod withdraw;

use clap::Subcommand;

use crate::help;

/// The subcommands of `ticketing tickets`.
#[derive(Debug, Subcommand)]
#[command(after_long_help = help::examples(&[
    "ticketing tickets list rustconf",
    "ticketing tickets create --title \"RustConf, day 1\" --price 149.99",
    "ticketing tickets watch",
]))]
pub(crate) enum TicketsCommand {
    /// List available tickets, or tickets of another status
    #[command(alias = "ls")]
    List(Box<list::Args>),
    /// Show one ticket
    #[command(alias = "show")]
    Get(get::Args),
    /// List a ticket for sale
    #[command(alias = "new")]
    Create(Box<create::Args>),
    /// Change the title or the price of a listing
    #[command(alias = "edit")]
    Update(update::Args),
    /// Withdraw a listing
    #[command(visible_alias = "delete", alias = "rm")]
    Withdraw(withdraw::Args),
    /// List the tickets of a CSV or JSON Lines file for sale
    Import(import::Args),
    /// Export the listings of this account as CSV or JSON Lines
    Export(export::Args),
    /// Watch the market for changes
    Watch(watch::Args),
}

run_verbs!(TicketsCommand: List, Get, Create, Update, Withdraw, Import, Export, Watch);
