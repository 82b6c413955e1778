//! `ticketing events`: the events of the marketplace, for programs.

mod listen;

use clap::Subcommand;

use crate::help;

/// The subcommands of `ticketing events`.
#[derive(Debug, Subcommand)]
#[command(after_long_help = help::examples(&[
    "ticketing events listen",
    "ticketing events listen --forward http://127.0.0.1:4242/webhooks",
]))]
pub(crate) enum EventsCommand {
    /// Deliver every change of a ticket to stdout, a command or a URL
    Listen(listen::Args),
}

run_verbs!(EventsCommand: Listen);
