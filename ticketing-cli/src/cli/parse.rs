//! Parsing of the command line.

use std::ffi::OsString;
use std::mem::ManuallyDrop;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue};
use clap::parser::ValueSource;
use clap::{ArgMatches, FromArgMatches as _, ValueEnum as _};
use ticketing_sdk::CardToken;

use super::{Cli, Command, root_help, tree};
use crate::card;
use crate::complete;
use crate::context::WriteOptions;
use crate::environment::{self, environment};
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::io::{Colour, TerminalInfo};
use crate::output::{Format, Invocation, Select};

/// A parsed command line.
#[derive(Debug)]
pub(crate) struct ParsedLine {
    pub(crate) cli: Cli,
    /// How the writes of the command are sent.
    pub(crate) writes: WriteOptions,
    /// What the command writes.
    pub(crate) invocation: Invocation,
    /// The value of `--output`, unless it comes from a variable.
    typed_output: Option<Format>,
}

fn try_parse_from(args: &[OsString]) -> Result<ParsedLine, clap::Error> {
    // Taking the tree apart takes time, right before the program ends.
    let mut tree = ManuallyDrop::new(if is_root_help(args) { tree_of_root_help() } else { tree() });
    let matches = tree.try_get_matches_from_mut(args)?;
    let cli = Cli::from_arg_matches(&matches)?;
    let (mut words, mut innermost) = (Vec::new(), &matches);
    while let Some((word, matches)) = innermost.subcommand() {
        words.push(word);
        innermost = matches;
    }
    let words = words.join(" ");
    let writes = super::writes::options_of(&words, innermost);
    let typed_output = cli.global.output.filter(|_| is_typed(innermost, "output"));
    let invocation = Invocation::new(words, |option| is_typed(innermost, &option.replace('-', "_")));
    Ok(ParsedLine { cli, writes, invocation, typed_output })
}

/// Returns whether the arguments ask for the long help of the program alone.
fn is_root_help(args: &[OsString]) -> bool {
    matches!(args, [_, flag] if flag == "--help")
}

/// The command line for the long help of the program, which shows no options of commands: the parser would copy the global ones
/// into each command.
pub(super) fn tree_of_root_help() -> clap::Command {
    tree().mut_args(|arg| arg.global(false))
}

/// Returns whether the command line has an option.
fn is_typed(matches: &ArgMatches, id: &str) -> bool {
    matches!(matches.try_contains_id(id), Ok(true))
        && matches.value_source(id) == Some(ValueSource::CommandLine)
}

/// Returns the help of a command as the parser does: as an error.
fn help_of(program: &OsString, words: Vec<OsString>) -> Result<ParsedLine, clap::Error> {
    let args: Vec<OsString> = [program.clone()].into_iter().chain(words).chain(["--help".into()]).collect();
    try_parse_from(&args)
}

/// Parses the arguments.
///
/// # Errors
/// If they are invalid. Help and version are returned in the same way, with exit code 0, as text for stdout.
pub(crate) fn parse(args: &[OsString], terminal_info: &TerminalInfo) -> CliResult<ParsedLine> {
    let text = |text: String| Err(Failure::rendered(Exit::Done, text));
    match args {
        [_, flag] if flag == "-h" => return text(root_help::short()),
        // The version needs no tree of commands.
        [_, flag] if flag == "--version" || flag == "-V" => return text(VERSION.to_owned()),
        _ => {}
    }
    let opens_nothing =
        |cli: &Cli| cli.command.is_none() && !(terminal_info.in_terminal && terminal_info.out_terminal);
    let parsed = match try_parse_from(args) {
        Ok(line) if opens_nothing(&line.cli) => help_of(&args[0], Vec::new()),
        Ok(line) => match line.cli.command {
            Some(Command::Help { words }) if words == ["environment"] => {
                return text(environment::table());
            }
            Some(Command::Help { words }) if words == ["exit-codes"] => {
                return text(Exit::help());
            }
            Some(Command::Help { words }) => help_of(&args[0], words),
            _ => Ok(line),
        },
        Err(error) => Err(error),
    };
    let parsed = parsed.map_err(|mut error| {
        // The parser repeats an argument that it does not know, which must not be a card number.
        if error.use_stderr() && contains_card_number(args) {
            return card::refusal();
        }
        #[cfg(feature = "embedded")]
        if error.use_stderr()
            && let Some(failure) = crate::embedded::serve::invalid_settings(tree(), args)
        {
            return failure;
        }
        if error.get(ContextKind::Usage).is_some() {
            let mut tree = tree();
            tree.build();
            error.insert(ContextKind::Usage, ContextValue::StyledStr(usage_of(&mut tree, args[1..].iter())));
        }
        let coloured = if error.use_stderr() { terminal_info.err_colour } else { terminal_info.out_colour };
        let text = if coloured { error.render().ansi().to_string() } else { error.render().to_string() };
        let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
        Failure::rendered(exit, text)
    })?;
    let select = &parsed.cli.global.select;
    check_selection(&parsed.invocation, select)?;
    parsed.invocation.check(parsed.typed_output, select)?;
    select.check()?;
    Ok(parsed)
}

/// Returns the usage of the command that the words name. That of the parser has the options whose variables are set.
fn usage_of(command: &mut clap::Command, mut words: std::slice::Iter<'_, OsString>) -> StyledStr {
    match words.find(|word| command.find_subcommand(word).is_some()) {
        Some(word) => command
            .find_subcommand_mut(word)
            .map(|subcommand| usage_of(subcommand, words))
            .unwrap_or_default(),
        None => command.render_usage(),
    }
}

/// The output of `--version`.
pub(super) const VERSION: &str = concat!("ticketing ", env!("CARGO_PKG_VERSION"), "\n");

/// Checks the fields of `--json` against those of the records. Without fields, it is answered with the fields.
fn check_selection(invocation: &Invocation, select: &Select) -> CliResult {
    let (Some(fields), Some(known)) = (&select.fields, invocation.fields()) else { return Ok(()) };
    if fields.iter().all(String::is_empty) {
        return Err(Failure::rendered(Exit::Done, known.join("\n") + "\n"));
    }
    select.check_fields(&known)
}

/// Returns the value of `--color`, for the output of the parser itself.
pub(crate) fn colour_before_parsing(args: &[OsString]) -> Colour {
    let words = args.iter().map(|arg| arg.to_string_lossy().into_owned());
    let chosen = complete::option_of("--color", words).or_else(|| environment("TICKETING_COLOR"));
    chosen.and_then(|chosen| Colour::from_str(&chosen, false).ok()).unwrap_or_default()
}

/// Returns whether one of the arguments looks like a card number. The values of prices may have as many digits.
fn contains_card_number(args: &[OsString]) -> bool {
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
