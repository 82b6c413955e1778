//! `ticketing clock`: the time of a marketplace whose clock can be moved.

use std::time::Duration;

use clap::Subcommand;

use crate::context::{ApiCommand, ApiContext};
use crate::failure::{CliResult, Failure};
use crate::{help, span};

/// The subcommands of `ticketing clock`.
#[derive(Debug, Subcommand)]
#[command(after_long_help = help::long(
    &["ticketing serve --allow-clock", "ticketing clock advance 16m", "ticketing clock show"],
    "Only a server that was started with --allow-clock has a clock that can be moved.",
))]
pub(crate) enum ClockCommand {
    /// Move the clock forward, so that deadlines pass
    #[command(after_long_help = help::examples(&["ticketing clock advance 16m"]))]
    Advance {
        /// The distance, like 16m or 1h30m
        #[arg(value_name = "SPAN", value_parser = span::parse_forward)]
        by: Duration,
    },
    /// Show the time of the marketplace
    #[command(after_long_help = help::examples(&["ticketing clock show --output json"]))]
    Show,
}

impl ApiCommand for ClockCommand {
    async fn run(self, api: &ApiContext) -> CliResult {
        let clock = api.client.clock();
        let time = match self {
            Self::Advance { by } => api.send(clock.advance(by)).await?,
            Self::Show => clock.get().await,
        };
        let time = time.map_err(|error| match error.is_not_found() {
            true => Failure::new(crate::exit::Exit::NotFound, "the clock of this server cannot be moved")
                .hint("`ticketing serve --allow-clock` starts a server whose clock can be moved"),
            false => Failure::from(error),
        })?;
        api.printer().one(&time)
    }
}
