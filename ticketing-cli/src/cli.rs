//! The tree of commands.

use std::ffi::OsString;
use std::time::Duration;

use clap::{ArgAction, Args, CommandFactory, FromArgMatches as _, Parser, Subcommand};
use ticketing_sdk::CardToken;

use crate::card;
use crate::commands::{api, auth, buy, completions, open, orders, payments, tickets, tui};
use crate::context::{ApiCommand, Context, LocalCommand};
#[cfg(feature = "embedded")]
use crate::embedded::{audit, backup, demo, serve};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::io::{Colour, TerminalInfo};
use crate::output::OutputFormat;
use crate::span;

/// The ticket marketplace you live in from the terminal: list tickets, reserve one by ordering it, and pay before the
/// reservation runs out
#[derive(Debug, Parser)]
#[command(name = "ticketing", version, after_help = Exit::help(), max_term_width = 100, disable_help_flag = true)]
pub(crate) struct Cli {
    /// Print help
    #[arg(long, short, global = true, action = ArgAction::HelpShort, display_order = 900)]
    help: Option<bool>,
    #[command(flatten)]
    pub(crate) global: Global,
    /// Without one, the marketplace opens on a terminal, and anything else gets the help.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The server's address
    #[arg(long, global = true, value_name = "URL", env = "TICKETING_SERVER", hide_env_values = true)]
    #[arg(default_value = "http://127.0.0.1:3000")]
    pub(crate) server: String,
    /// How data is written; without it a table on a terminal, tab-separated text on a pipe
    #[arg(long, short, global = true, value_enum, value_name = "FORMAT", env = "TICKETING_OUTPUT")]
    #[arg(hide_env_values = true)]
    pub(crate) output: Option<OutputFormat>,
    /// Never ask: a missing value is an error
    #[arg(long, global = true, env = "TICKETING_NO_INPUT", hide_env_values = true)]
    #[arg(value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) no_input: bool,
    /// Only data and errors, no remarks
    #[arg(long, short, global = true, env = "TICKETING_QUIET", hide_env_values = true)]
    #[arg(value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) quiet: bool,
    /// Tell on stderr what is sent
    #[arg(long, short, global = true, env = "TICKETING_VERBOSE", hide_env_values = true)]
    #[arg(value_parser = clap::builder::FalseyValueParser::new(), conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// When to colour; NO_COLOR and CLICOLOR are honoured
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        env = "TICKETING_COLOR",
        hide_env_values = true
    )]
    #[arg(default_value = "auto")]
    pub(crate) color: Colour,
    /// How long one call may take, like 10s
    #[arg(long, global = true, value_name = "SPAN", env = "TICKETING_TIMEOUT", hide_env_values = true)]
    #[arg(value_parser = span::parse)]
    pub(crate) timeout: Option<Duration>,
    /// The folder for everything that the client keeps
    #[arg(long, global = true, value_name = "DIR", env = "TICKETING_HOME", hide = true)]
    #[arg(value_parser = clap::builder::OsStringValueParser::new())]
    pub(crate) home: Option<OsString>,
}

/// The first word.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open the marketplace on the whole terminal
    Tui(tui::Args),
    /// Open the marketplace, a ticket or an order in the browser
    Open(open::Args),
    /// Find, sell and follow tickets
    #[command(subcommand, alias = "ticket")]
    Tickets(tickets::Tickets),
    /// Order a ticket and pay for it in one
    Buy(buy::Args),
    /// Reserve tickets, and see what you hold
    #[command(subcommand, alias = "order")]
    Orders(orders::Orders),
    /// Pay for orders
    #[command(subcommand, alias = "payment")]
    Payments(payments::Payments),
    /// Sign up, in and out
    #[command(subcommand)]
    Auth(auth::Auth),
    /// Run the whole marketplace on this machine
    #[cfg(feature = "embedded")]
    Serve(serve::Args),
    /// Play a whole marketplace through, in a moment, and leave nothing behind
    #[cfg(feature = "embedded")]
    Demo(demo::Args),
    /// Check that the data of a marketplace on this machine is sound
    #[cfg(feature = "embedded")]
    Audit(audit::Args),
    /// Copy the data of a marketplace on this machine, while its server runs
    #[cfg(feature = "embedded")]
    Backup(backup::Args),
    /// Send a raw request
    Api(api::Args),
    /// Print the script that completes commands, ids and statuses in a shell
    Completions(completions::Args),
}

impl Default for Command {
    /// What opens where there is no command.
    fn default() -> Self {
        Self::Tui(tui::Args::default())
    }
}

impl Command {
    /// Does what was asked for.
    pub(crate) async fn run(self, context: Context) -> Outcome {
        match self {
            Self::Tui(args) => args.run(&context.connect()?).await,
            Self::Open(args) => args.run(&context.connect()?).await,
            Self::Tickets(verb) => verb.run(&context.connect_and_report()?).await,
            Self::Buy(args) => args.run(&context.connect_and_report()?).await,
            Self::Orders(verb) => verb.run(&context.connect_and_report()?).await,
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
        }
    }

    /// Whether the command ends in its own way when it is interrupted.
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
            Self::Demo(args) => !args.tells_its_story(shape),
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

/// Reads the arguments. Help and version come back as text with exit code 0; whether it is for stdout comes with it.
pub(crate) fn parse(args: &[OsString], shape: &TerminalInfo) -> Result<Cli, (Failure, bool)> {
    let opens_nothing = |cli: &Cli| cli.command.is_none() && !(shape.in_terminal && shape.out_terminal);
    let parsed = match try_parse_from(args) {
        Ok(cli) if opens_nothing(&cli) => try_parse_from(&[args[0].clone(), "--help".into()]),
        parsed => parsed,
    };
    parsed.map_err(|error| {
        // The parser repeats what it does not understand, which must not be a card number.
        if error.use_stderr() && holds_a_card(args) {
            return (card::refusal(), false);
        }
        let coloured = if error.use_stderr() { shape.err_colour } else { shape.out_colour };
        let text = if coloured { error.render().ansi().to_string() } else { error.render().to_string() };
        let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
        (Failure::rendered(exit, text), !error.use_stderr())
    })
}

/// What `--color` says, for the words of the parser itself.
pub(crate) fn colour_before_parsing(args: &[OsString]) -> Colour {
    let words: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
    let chosen = words.iter().enumerate().find_map(|(index, word)| match word.strip_prefix("--color") {
        Some("") => words.get(index + 1).map(|next| next.clone().into_owned()),
        Some(rest) => rest.strip_prefix('=').map(str::to_owned),
        None => None,
    });
    match chosen.or_else(|| crate::context::environment("TICKETING_COLOR")).as_deref() {
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

    fn failure(words: &[&str]) -> String {
        let args: Vec<OsString> = words.iter().map(OsString::from).collect();
        format!("{:?}", parse(&args, fake::pipe("").io.terminal_info()).unwrap_err())
    }

    #[test]
    fn the_tree_is_sound() {
        tree().debug_assert();
    }

    #[test]
    fn the_parser_never_repeats_a_card_number() {
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
    fn the_help_ends_with_the_exit_codes() {
        let help = tree().render_help().to_string();
        assert!(help.trim_end().ends_with(Exit::help().trim_end()));
    }
}
