//! The arguments of the commands of the first level, which are added when the parser reaches the command.

use clap::builder::Resettable;
use clap::error::Error;
use clap::{ArgMatches, Args, Command, FromArgMatches, Id, Subcommand};

/// The arguments of a command.
#[derive(Debug)]
pub(crate) struct LazyArgs<A>(pub(crate) A);

/// The subcommands of a command, one of which is required.
#[derive(Debug, Args)]
pub(crate) struct Subcommands<S: Subcommand> {
    #[command(subcommand)]
    pub(crate) verb: S,
}

impl<A: Args> Args for LazyArgs<A> {
    fn augment_args(command: Command) -> Command {
        complete(command, A::augment_args)
    }

    fn augment_args_for_update(command: Command) -> Command {
        complete(command, A::augment_args_for_update)
    }
}

/// Adds its own arguments to a command, which already has a name, its texts and the global options.
fn complete(command: Command, augment: fn(Command) -> Command) -> Command {
    let global: Vec<Id> = command.get_arguments().map(|arg| arg.get_id().clone()).collect();
    let (about, long_about) = (command.get_about().cloned(), command.get_long_about().cloned());
    let end = command.get_after_long_help().cloned();
    // The texts of the variant come before those of its arguments.
    let command = augment(command).about(Resettable::from(about)).long_about(Resettable::from(long_about));
    let command = match end {
        Some(end) => command.after_long_help(end),
        None => command,
    };
    let command = super::with_shared_options(command);
    // Help shows the global options last.
    global.iter().fold(command, |command, id| command.mut_arg(id, |arg| arg))
}

impl<A: FromArgMatches> FromArgMatches for LazyArgs<A> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        A::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}
