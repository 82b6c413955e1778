//! The commands: a file per noun that lists its verbs, a file per verb that does it.

/// Runs the verb of a noun with its arguments.
macro_rules! run_verbs {
    ($noun:ident: $($verb:ident),+) => {
        impl $crate::context::ApiCommand for $noun {
            async fn run(self, api: &$crate::context::ApiContext) -> $crate::failure::CliResult {
                match self { $(Self::$verb(args) => args.run(api).await,)+ }
            }
        }
    };
}

pub(crate) mod alias;
pub(crate) mod api;
pub(crate) mod auth;
pub(crate) mod buy;
pub(crate) mod checkin;
pub(crate) mod clock;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod doctor;
pub(crate) mod events;
mod list_limit;
pub(crate) mod man;
pub(crate) mod open;
mod order_progress;
pub(crate) mod orders;
pub(crate) mod passes;
pub(crate) mod payments;
pub(crate) mod profile;
pub(crate) mod tickets;
pub(crate) mod tui;
mod words;
