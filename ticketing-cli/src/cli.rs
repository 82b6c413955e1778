//! The tree of commands.

mod global;
mod lazy_args;
mod parse;
mod root_help;
mod writes;

use std::ffi::OsString;

use clap::{ArgAction, Args as _, CommandFactory, Parser, Subcommand};

use crate::commands::{
    alias, api, auth, buy, checkin, clock, completions, config, doctor, events, man, open, orders, passes,
    payments, profile, tickets, tui,
};
use crate::context::{ApiCommand, Context, LocalCommand};
#[cfg(feature = "embedded")]
use crate::embedded::{audit, backup, demo, serve};
use crate::exit::Exit;
use crate::failure::CliResult;
use crate::help;
use crate::io::TerminalInfo;
use crate::secret::Credentials;

pub(crate) use global::Global;
pub(crate) use lazy_args::{LazyArgs, Subcommands};
pub(crate) use parse::{ParsedLine, colour_before_parsing, parse};
#[cfg(test)]
pub(crate) use root_help::short as short_root_help;

/// Buy and sell tickets from the terminal
///
/// A seller lists a ticket. A buyer reserves it by ordering it, and pays before the reservation expires. Without a command,
/// the marketplace opens on a terminal.
#[derive(Debug, Parser)]
#[command(
    name = "ticketing",
    version,
    max_term_width = 100,
    disable_help_flag = true,
    disable_help_subcommand = true
)]
#[command(after_long_help = help::long(
    &[
        "ticketing demo",
        "ticketing tickets list --max-price 100 --sort price",
        "ticketing buy 01a203b9-d806-71eb-8d06-dbab9285e702 --token tok_visa",
        "ticketing orders list --jq '.items[].ticket.title'",
    ],
    &Exit::help(),
))]
pub(crate) struct Cli {
    /// Print help; `--help` adds examples and global options
    #[arg(long, short, global = true, action = ArgAction::Help, display_order = 900)]
    help: Option<bool>,
    #[command(flatten)]
    pub(crate) global: Global,
    /// Without one, the marketplace opens on a terminal, and anything else gets the help.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// The commands. Their arguments are added when they are used, because only few of them are.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Open the marketplace full screen
    #[command(after_long_help = help::long(
        &[
            "ticketing tui",
            "ticketing tui --plain",
            "ticketing tui --theme light --ascii",
        ],
        "Press ? for the keys of a screen and : for all commands. The settings screen sets colours, borders and keys, as does the \
         [tui] table of config.toml in the config folder; an invalid setting is reported with line and column, and the default \
         applies. Logs go to tui.log in the data folder.",
    ))]
    Tui(LazyArgs<tui::DisplayOptions>),
    /// Open the marketplace, a ticket or an order in the browser
    Open(LazyArgs<open::Args>),
    /// Find, list, withdraw and watch tickets
    #[command(alias = "ticket")]
    Tickets(LazyArgs<Subcommands<tickets::TicketsCommand>>),
    /// Find tickets by words of their title or venue
    #[command(after_long_help = help::long(
        &["ticketing search opera", "ticketing search rust conf --max-price 200", "ticketing search opera --web"],
        "The same as `ticketing tickets list WORDS`.",
    ))]
    Search(LazyArgs<Box<tickets::list::Args>>),
    /// Order a ticket and pay for it
    Buy(LazyArgs<buy::Args>),
    /// List a ticket for sale
    #[command(after_long_help = help::long(
        &[
            "ticketing sell --title \"RustConf, day 1\" --price 149.99",
            "ticketing sell -t Opera -p 89 --venue \"City Hall\" --starts-at 2026-12-24T19:30:00+01:00",
        ],
        "The same as `ticketing tickets create`.",
    ))]
    Sell(LazyArgs<Box<tickets::create::Args>>),
    /// Reserve tickets, and show, watch or cancel orders
    #[command(alias = "order")]
    Orders(LazyArgs<Subcommands<orders::OrdersCommand>>),
    /// Show passes for the door, give them away, or sell them on
    #[command(alias = "pass")]
    Passes(LazyArgs<Subcommands<passes::PassesCommand>>),
    /// Admit people at the door by the codes of their passes
    Checkin(LazyArgs<checkin::Args>),
    /// Pay for orders, and show payments
    #[command(alias = "payment")]
    Payments(LazyArgs<Subcommands<payments::PaymentsCommand>>),
    /// Sign in to an account
    #[command(after_long_help = help::long(
        &["ticketing login --email ada@example.com"],
        "The same as `ticketing auth signin`.",
    ))]
    Login(LazyArgs<Credentials>),
    /// Sign out of the account
    #[command(after_long_help = help::long(&["ticketing logout"], "The same as `ticketing auth signout`."))]
    Logout(LazyArgs<auth::signout::Args>),
    /// Show the account that is signed in
    Whoami(LazyArgs<auth::whoami::Args>),
    /// Show the account, the server and the storage of the session
    #[command(after_long_help = help::long(&["ticketing status"], "The same as `ticketing auth status`."))]
    Status(LazyArgs<auth::status::Args>),
    /// Sign up, in and out, and show the session
    Auth(LazyArgs<Subcommands<auth::AuthCommand>>),
    /// Keep accounts on servers apart
    Profile(LazyArgs<Subcommands<profile::ProfileCommand>>),
    /// Show and change the settings of the client
    Config(LazyArgs<Subcommands<config::ConfigCommand>>),
    /// Define aliases for commands
    Alias(LazyArgs<Subcommands<alias::AliasCommand>>),
    /// Check the client and the server
    Doctor(LazyArgs<doctor::Args>),
    /// Run a marketplace on this machine
    #[cfg(feature = "embedded")]
    Serve(LazyArgs<serve::Args>),
    /// Start a disposable demo marketplace
    #[cfg(feature = "embedded")]
    Demo(LazyArgs<demo::Args>),
    /// Check the data of a marketplace on this machine
    #[cfg(feature = "embedded")]
    Audit(LazyArgs<audit::Args>),
    /// Copy the data of a marketplace on this machine
    #[cfg(feature = "embedded")]
    Backup(LazyArgs<backup::Args>),
    /// Deliver the changes of tickets to programs
    Events(LazyArgs<Subcommands<events::EventsCommand>>),
    /// Show or move the clock of a marketplace for tests
    Clock(LazyArgs<Subcommands<clock::ClockCommand>>),
    /// Send an HTTP request with the session
    Api(LazyArgs<api::Args>),
    /// Print the completion script of a shell
    Completions(LazyArgs<completions::Args>),
    /// Write the manual pages into a folder
    #[command(hide = true)]
    Man(LazyArgs<man::Args>),
    /// Print the help of a command
    #[command(hide = true)]
    Help {
        /// The words of the command
        words: Vec<OsString>,
    },
}

impl Default for Command {
    /// The command of a call without one.
    fn default() -> Self {
        Self::Tui(LazyArgs(tui::DisplayOptions::default()))
    }
}

impl Command {
    /// Runs the command.
    pub(crate) async fn run(self, context: Context) -> CliResult {
        match self {
            Self::Tui(LazyArgs(args)) => args.run(&context.connect()?).await,
            Self::Open(LazyArgs(args)) => args.run(&context.connect()?).await,
            Self::Tickets(LazyArgs(Subcommands { verb })) => verb.run(&context.connect_and_report()?).await,
            Self::Search(LazyArgs(args)) => args.run(&context.connect_and_report()?).await,
            Self::Buy(LazyArgs(args)) => args.run(&context.connect_and_report()?).await,
            Self::Sell(LazyArgs(args)) => args.run(&context.connect_and_report()?).await,
            Self::Login(LazyArgs(credentials)) => {
                auth::sign_in(&context.connect_and_report()?, credentials, false).await
            }
            Self::Logout(LazyArgs(args)) => args.run(&context.connect_and_report()?).await,
            Self::Whoami(LazyArgs(args)) => args.run(&context.connect_and_report()?).await,
            Self::Status(LazyArgs(args)) => args.run(&context.connect_and_report()?).await,
            Self::Orders(LazyArgs(Subcommands { verb })) if verb.settles_interrupted() => {
                verb.run(&context.connect()?).await
            }
            Self::Orders(LazyArgs(Subcommands { verb })) => verb.run(&context.connect_and_report()?).await,
            Self::Passes(LazyArgs(Subcommands { verb })) => verb.run(&context.connect_and_report()?).await,
            Self::Checkin(LazyArgs(args)) => args.run(context).await,
            Self::Payments(LazyArgs(Subcommands { verb })) => verb.run(&context.connect_and_report()?).await,
            Self::Auth(LazyArgs(Subcommands { verb })) => verb.run(&context.connect_and_report()?).await,
            Self::Profile(LazyArgs(Subcommands { verb })) => verb.run(&context).await,
            Self::Config(LazyArgs(Subcommands { verb })) => verb.run(&context).await,
            Self::Alias(LazyArgs(Subcommands { verb })) => verb.run(&context, is_command),
            Self::Doctor(LazyArgs(args)) => args.run(&context.connect()?).await,
            #[cfg(feature = "embedded")]
            Self::Serve(LazyArgs(args)) => args.run(&context).await,
            #[cfg(feature = "embedded")]
            Self::Demo(LazyArgs(args)) => args.run(&context).await,
            #[cfg(feature = "embedded")]
            Self::Audit(LazyArgs(args)) => args.run(&context).await,
            #[cfg(feature = "embedded")]
            Self::Backup(LazyArgs(args)) => args.run(&context).await,
            Self::Events(LazyArgs(Subcommands { verb })) => verb.run(&context.connect()?).await,
            Self::Clock(LazyArgs(Subcommands { verb })) => verb.run(&context.connect()?).await,
            Self::Api(LazyArgs(args)) => args.run(&context.connect_and_report()?).await,
            Self::Completions(LazyArgs(args)) => args.run(&context).await,
            Self::Man(LazyArgs(args)) => args.write(&context, tree()),
            // The parser answers it.
            Self::Help { .. } => Ok(()),
        }
    }

    /// Returns whether the command talks to the server of the settings.
    pub(crate) fn has_server(&self) -> bool {
        match self {
            Self::Profile(_) | Self::Config(_) | Self::Alias(_) | Self::Completions(_) | Self::Man(_) => {
                false
            }
            #[cfg(feature = "embedded")]
            Self::Serve(_) | Self::Demo(_) | Self::Audit(_) | Self::Backup(_) => false,
            _ => true,
        }
    }

    /// Returns whether the command works without the config file, so that a user can repair one that cannot be read.
    pub(crate) fn needs_no_config(&self) -> bool {
        use config::ConfigCommand::{Edit, Path};
        matches!(
            self,
            Self::Config(LazyArgs(Subcommands { verb: Edit | Path }))
                | Self::Doctor(_)
                | Self::Completions(_)
                | Self::Man(_)
        )
    }

    /// Returns whether the command helps to repair the settings of the config file.
    pub(crate) fn repairs_config(&self) -> bool {
        matches!(self, Self::Config(_)) || self.needs_no_config()
    }

    /// Returns whether the command handles an interrupt itself.
    #[cfg_attr(
        not(feature = "embedded"),
        expect(unused_variables, reason = "only the demo looks at the terminal")
    )]
    pub(crate) fn handles_signals(&self, terminal_info: &TerminalInfo) -> bool {
        match self {
            Self::Tui(_) => true,
            #[cfg(feature = "embedded")]
            Self::Serve(_) => true,
            #[cfg(feature = "embedded")]
            Self::Demo(LazyArgs(args)) => !args.is_scripted(terminal_info),
            _ => false,
        }
    }
}

/// Returns whether a word is a command of the program.
pub(crate) fn is_command(word: &str) -> bool {
    tree().find_subcommand(word).is_some()
}

/// The command line. The commands have their names and purposes; the parser adds the arguments of the one that is used, and
/// [`clap::Command::build`] those of all.
pub(crate) fn tree() -> clap::Command {
    let command = Cli::command().mut_args(global::of_every_command);
    with_environment(command).mut_subcommand("search", |search| search.defer(with_search))
}

/// Adds the arguments of a search. Without words, it would be a list.
fn with_search(command: clap::Command) -> clap::Command {
    LazyArgs::<tickets::list::Args>::augment_args(command).mut_arg("words", |words| words.required(true))
}

/// Adds to a command of the first level what several commands share.
fn with_shared_options(command: clap::Command) -> clap::Command {
    let words = command.get_name().to_owned();
    with_environment(writes::with_options(command, &words))
}

/// Makes the command ignore empty variables, as its server does.
fn with_environment(command: clap::Command) -> clap::Command {
    #[cfg(feature = "embedded")]
    let command = ticketing_server::command::with_environment(command);
    command
}

#[cfg(test)]
mod tests;
