//! The tree of commands.

use std::ffi::OsString;
use std::time::Duration;

use clap::{ArgAction, Args, CommandFactory, FromArgMatches as _, Parser, Subcommand};
use ticketing_sdk::CardToken;

use crate::card;
use crate::commands::{
    api, auth, buy, checkin, completions, man, open, orders, passes, payments, tickets, tui,
};
use crate::context::{ApiCommand, Context, LocalCommand};
#[cfg(feature = "embedded")]
use crate::embedded::{audit, backup, demo, serve};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::help;
use crate::io::{Colour, TerminalInfo};
use crate::output::OutputFormat;
use crate::span;

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
        "ticketing orders list --output json | jq '.[].ticket.title'",
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

/// The options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = help::GLOBAL)]
pub(crate) struct Global {
    /// Use the server at this address
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        value_name = "URL",
        env = "TICKETING_SERVER",
        hide_env_values = true
    )]
    #[arg(default_value = "http://127.0.0.1:3000")]
    pub(crate) server: String,
    /// Write data in this format: by default a table on a terminal, tab-separated text on a pipe
    #[arg(
        long,
        short,
        global = true,
        hide_short_help = true,
        value_enum,
        value_name = "FORMAT",
        env = "TICKETING_OUTPUT"
    )]
    #[arg(hide_env_values = true)]
    pub(crate) output: Option<OutputFormat>,
    /// Never prompt: a missing value is an error
    #[arg(long, global = true, hide_short_help = true, env = "TICKETING_NO_INPUT", hide_env_values = true)]
    #[arg(value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) no_input: bool,
    /// Write data and errors only, no messages
    #[arg(
        long,
        short,
        global = true,
        hide_short_help = true,
        env = "TICKETING_QUIET",
        hide_env_values = true
    )]
    #[arg(value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) quiet: bool,
    /// Log the requests on stderr
    #[arg(
        long,
        short,
        global = true,
        hide_short_help = true,
        env = "TICKETING_VERBOSE",
        hide_env_values = true
    )]
    #[arg(value_parser = clap::builder::FalseyValueParser::new(), conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// Colour the output; NO_COLOR and CLICOLOR are honoured
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        value_enum,
        value_name = "WHEN",
        env = "TICKETING_COLOR",
        hide_env_values = true
    )]
    #[arg(default_value = "auto")]
    pub(crate) color: Colour,
    /// Limit the time of one call, like 10s
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        value_name = "SPAN",
        env = "TICKETING_TIMEOUT",
        hide_env_values = true
    )]
    #[arg(value_parser = span::parse)]
    pub(crate) timeout: Option<Duration>,
    /// Keep the files of the client in this folder
    #[arg(long, global = true, value_name = "DIR", env = "TICKETING_HOME", hide = true)]
    #[arg(value_parser = clap::builder::OsStringValueParser::new())]
    pub(crate) home: Option<OsString>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open the marketplace full screen
    Tui(tui::Args),
    /// Open the marketplace, a ticket or an order in the browser
    Open(open::Args),
    /// Find, list, withdraw and watch tickets
    #[command(subcommand, alias = "ticket")]
    Tickets(tickets::Tickets),
    /// Order a ticket and pay for it
    Buy(buy::Args),
    /// Reserve tickets, and show, watch or cancel orders
    #[command(subcommand, alias = "order")]
    Orders(orders::Orders),
    /// Show passes for the door, give them away, or sell them on
    #[command(subcommand, alias = "pass")]
    Passes(passes::Passes),
    /// Admit people at the door by the codes of their passes
    Checkin(checkin::Args),
    /// Pay for orders, and show payments
    #[command(subcommand, alias = "payment")]
    Payments(payments::Payments),
    /// Sign up, in and out, and show the session
    #[command(subcommand)]
    Auth(auth::Auth),
    /// Run a marketplace on this machine
    #[cfg(feature = "embedded")]
    Serve(serve::Args),
    /// Start a disposable demo marketplace
    #[cfg(feature = "embedded")]
    Demo(demo::Args),
    /// Check the data of a marketplace on this machine
    #[cfg(feature = "embedded")]
    Audit(audit::Args),
    /// Copy the data of a marketplace on this machine
    #[cfg(feature = "embedded")]
    Backup(backup::Args),
    /// Send an HTTP request with the session
    Api(api::Args),
    /// Print the completion script of a shell
    Completions(completions::Args),
    /// Write the manual pages into a folder
    #[command(hide = true)]
    Man(man::Args),
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
        Self::Tui(tui::Args::default())
    }
}

impl Command {
    /// Runs the command.
    pub(crate) async fn run(self, context: Context) -> Outcome {
        match self {
            Self::Tui(args) => args.run(&context.connect()?).await,
            Self::Open(args) => args.run(&context.connect()?).await,
            Self::Tickets(verb) => verb.run(&context.connect_and_report()?).await,
            Self::Buy(args) => args.run(&context.connect_and_report()?).await,
            Self::Orders(verb) => verb.run(&context.connect_and_report()?).await,
            Self::Passes(verb) => verb.run(&context.connect_and_report()?).await,
            Self::Checkin(args) => args.run(context).await,
            Self::Payments(verb) => verb.run(&context.connect_and_report()?).await,
            Self::Auth(verb) => verb.run(&context.connect_and_report()?).await,
            #[cfg(feature = "embedded")]
            Self::Serve(args) => args.run(&context).await,
            #[cfg(feature = "embedded")]
            Self::Demo(args) => args.run(&context).await,
            #[cfg(feature = "embedded")]
            Self::Audit(args) => args.run(&context).await,
            #[cfg(feature = "embedded")]
            Self::Backup(args) => args.run(&context).await,
            Self::Api(args) => args.run(&context.connect_and_report()?).await,
            Self::Completions(args) => args.run(&context).await,
            Self::Man(args) => args.write(&context, tree()),
            // The parser answers it.
            Self::Help { .. } => Ok(()),
        }
    }

    /// Whether the command handles an interrupt itself.
    #[cfg_attr(
        not(feature = "embedded"),
        expect(unused_variables, reason = "only the demo looks at the terminal")
    )]
    pub(crate) fn handles_signals(&self, shape: &TerminalInfo) -> bool {
        match self {
            Self::Tui(_) => true,
            #[cfg(feature = "embedded")]
            Self::Serve(_) => true,
            #[cfg(feature = "embedded")]
            Self::Demo(args) => !args.is_scripted(shape),
            _ => false,
        }
    }
}

/// The command line.
pub(crate) fn tree() -> clap::Command {
    let command = Cli::command();
    #[cfg(feature = "embedded")]
    let command = ticketing_server::command::with_environment(command);
    command
}

fn try_parse_from(args: &[OsString]) -> Result<Cli, clap::Error> {
    Cli::from_arg_matches(&tree().try_get_matches_from(args)?)
}

/// Returns the help of a command as the parser does: as an error.
fn help_of(program: &OsString, words: Vec<OsString>) -> Result<Cli, clap::Error> {
    let args: Vec<OsString> = [program.clone()].into_iter().chain(words).chain(["--help".into()]).collect();
    try_parse_from(&args)
}

/// Parses the arguments. Help and version are returned as text with exit code 0, and with whether it goes to stdout.
pub(crate) fn parse(args: &[OsString], shape: &TerminalInfo) -> Result<Cli, (Failure, bool)> {
    let opens_nothing = |cli: &Cli| cli.command.is_none() && !(shape.in_terminal && shape.out_terminal);
    let parsed = match try_parse_from(args) {
        Ok(cli) if opens_nothing(&cli) => help_of(&args[0], Vec::new()),
        Ok(Cli { command: Some(Command::Help { words }), .. }) => help_of(&args[0], words),
        parsed => parsed,
    };
    parsed.map_err(|error| {
        // The parser repeats an argument that it does not know, which must not be a card number.
        if error.use_stderr() && holds_a_card(args) {
            return (card::refusal(), false);
        }
        #[cfg(feature = "embedded")]
        if let Some(failure) = crate::embedded::serve::invalid_settings(tree(), args) {
            return (failure, false);
        }
        let coloured = if error.use_stderr() { shape.err_colour } else { shape.out_colour };
        let text = if coloured { error.render().ansi().to_string() } else { error.render().to_string() };
        let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
        (Failure::rendered(exit, text), !error.use_stderr())
    })
}

/// Returns the value of `--color`, for the output of the parser itself.
pub(crate) fn colour_before_parsing(args: &[OsString]) -> Colour {
    let words: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
    let chosen = words.iter().enumerate().find_map(|(index, word)| match word.strip_prefix("--color") {
        Some("") => words.get(index + 1).map(|next| next.clone().into_owned()),
        Some(rest) => rest.strip_prefix('=').map(str::to_owned),
        None => None,
    });
    match chosen.or_else(|| crate::environment::environment("TICKETING_COLOR")).as_deref() {
        Some("always") => Colour::Always,
        Some("never") => Colour::Never,
        _ => Colour::Auto,
    }
}

/// Whether one of the arguments looks like a card number. The values of prices may have as many digits.
fn holds_a_card(args: &[OsString]) -> bool {
    let words: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
    let is_price =
        |flag: &str| flag == "-p" || flag.ends_with("-price") || matches!(flag, "--price" | "price");
    words.iter().enumerate().any(|(index, word)| {
        let (flag, value) = match word.split_once('=') {
            Some((flag, value)) => (flag, value),
            None => (index.checked_sub(1).map_or("", |before| &*words[before]), &**word),
        };
        !is_price(flag) && CardToken::looks_like_a_card_number(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::fake;

    #[cfg(feature = "embedded")]
    #[test]
    fn invalid_settings_of_serve_are_reported_together() {
        let text = failure(&["ticketing", "serve", "--listen", "x", "--order-ttl=1ms", "--streams", "0"]);
        for name in ["TICKETING_LISTEN (--listen)", "TICKETING_ORDER_TTL", "TICKETING_STREAMS"] {
            assert!(text.contains(name), "{text}");
        }
    }

    fn failure(words: &[&str]) -> String {
        let args: Vec<OsString> = words.iter().map(OsString::from).collect();
        format!("{:?}", parse(&args, fake::pipe("").io.terminal_info()).unwrap_err())
    }

    #[test]
    fn command_tree_is_valid() {
        tree().debug_assert();
    }

    #[test]
    fn parser_never_repeats_a_card_number() {
        for words in [
            &["ticketing", "payments", "create", "order", "4242424242424242"][..],
            &["ticketing", "buy", "--card=4242 4242 4242 4242"],
            &["ticketing", "buy", "t", "--nope", "4242-4242-4242-4242"],
        ] {
            let text = failure(words);
            assert!(text.contains("card number") && !text.contains("4242"), "{text}");
        }
    }

    #[test]
    fn price_of_many_digits_is_no_card_number() {
        for words in [
            &["ticketing", "tickets", "create", "--title", "x", "--price", "123456789012"][..],
            &["ticketing", "tickets", "update", "t-1", "--price=123456789012.50"],
        ] {
            let text = failure(words);
            assert!(text.contains("price") && !text.contains("card number"), "{text}");
        }
    }

    #[test]
    fn values_that_begin_with_a_dash_are_values() {
        for words in [
            &["ticketing", "tickets", "create", "--title", "-20% Friday", "--price", "5"][..],
            &["ticketing", "tickets", "update", "t-1", "--title", "-20% Friday"],
            &["ticketing", "tickets", "list", "--query", "-20%"],
        ] {
            let args: Vec<OsString> = words.iter().map(OsString::from).collect();
            assert!(parse(&args, fake::pipe("").io.terminal_info()).is_ok(), "{words:?}");
        }
        let text = failure(&["ticketing", "tickets", "list", "--min-price", "-5"]);
        assert!(text.contains("greater than 0") || text.contains("price"), "{text}");
    }

    #[test]
    fn long_help_ends_with_the_exit_codes() {
        let help = tree().render_long_help().to_string();
        assert!(help.trim_end().ends_with(Exit::help().trim_end()));
    }
}
