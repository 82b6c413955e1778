//! `ticketing orders`: reservations, until they are paid for, cancelled or expired.

mod cancel;
pub(super) mod create;
mod explain;
mod get;
mod list;
mod resume;
pub(super) mod watch;

use clap::Subcommand;

use crate::help;

/// The subcommands of `ticketing orders`.
#[derive(Debug, Subcommand)]
#[command(after_long_help = help::examples(&[
    "ticketing orders create 01a203b9-d806-71eb-8d06-dbab9285e702",
    "ticketing orders list --status created",
    "ticketing orders cancel 01a203b9-d806-71eb-8d06-dbab9285e702",
    "ticketing orders explain 01a203b9-d806-71eb-8d06-dbab9285e702",
]))]
pub(crate) enum OrdersCommand {
    /// List orders, newest first
    #[command(alias = "ls")]
    List(list::Args),
    /// Show one order
    #[command(alias = "show")]
    Get(get::Args),
    /// Reserve a ticket by ordering it
    #[command(alias = "new")]
    Create(create::Args),
    /// Cancel an order and release its ticket
    Cancel(cancel::Args),
    /// Show what every service did for an order, and why the order is as it is
    #[command(alias = "why")]
    Explain(explain::Args),
    /// Settle interrupted writes
    Resume(resume::Args),
    /// Watch an order until it is paid, cancelled or expired
    Watch(watch::Args),
}

impl OrdersCommand {
    /// Returns whether the command settles interrupted writes, so that they need no report before it.
    pub(crate) fn settles_interrupted(&self) -> bool {
        matches!(self, Self::Resume(_))
    }
}

run_verbs!(OrdersCommand: List, Get, Create, Cancel, Explain, Resume, Watch);
