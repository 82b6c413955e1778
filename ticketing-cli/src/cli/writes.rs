//! The options of every command that writes: `--dry-run` and `--idempotency-key`.

use clap::{Arg, ArgAction, ArgMatches, Command};
use ticketing_sdk::IdempotencyKey;

use crate::context::WriteOptions;
use crate::help;

const DRY_RUN: &str = "dry_run";
const KEY: &str = "idempotency_key";

/// The commands that write, and whether their request carries a key.
const WRITES: &[(&str, bool)] = &[
    ("tickets create", true),
    ("tickets import", true),
    ("tickets update", false),
    ("tickets withdraw", false),
    ("sell", true),
    ("buy", true),
    ("orders create", true),
    ("orders cancel", false),
    ("payments create", true),
    ("orders resume", false),
    ("passes claim", true),
    ("passes transfer", true),
    ("passes resell", true),
    (DOOR, false),
    ("checkin sync", false),
    ("clock advance", false),
    ("auth signup", false),
    ("auth signin", false),
    ("auth signout", false),
    ("login", false),
    ("logout", false),
    ("api", true),
];

/// The command that writes until its input ends.
const DOOR: &str = "checkin";

/// Adds the options to a command with these words, if it writes, and to every command below it that does. One pass: commands are
/// large, and moving them takes time.
pub(super) fn with_options(command: Command, words: &str) -> Command {
    let command = command.mut_subcommands(|child| {
        let words = format!("{words} {}", child.get_name());
        with_options(child, &words)
    });
    match WRITES.iter().find(|(command, _)| *command == words) {
        Some((_, keyed)) => add(command, *keyed),
        None => command,
    }
}

fn add(command: Command, keyed: bool) -> Command {
    let dry_run = Arg::new(DRY_RUN)
        .long("dry-run")
        .help("Print the request and send nothing")
        .help_heading(help::REQUEST)
        .action(ArgAction::SetTrue);
    let key = Arg::new(KEY)
        .long("idempotency-key")
        .value_name("KEY")
        .help("Use this key: a repeated command with it has no further effect")
        .help_heading(help::REQUEST)
        .value_parser(|text: &str| IdempotencyKey::new(text).map_err(|error| error.to_string()));
    let command = command.arg(dry_run);
    if keyed { command.arg(key) } else { command }
}

/// Returns the options of a parsed command.
pub(super) fn options_of(words: &str, matches: &ArgMatches) -> WriteOptions {
    match WRITES.iter().find(|(command, _)| *command == words) {
        None => WriteOptions::default(),
        Some((_, keyed)) => WriteOptions {
            dry_run: matches.get_flag(DRY_RUN),
            key: keyed.then(|| matches.get_one(KEY).cloned()).flatten(),
            ends_by_itself: words != DOOR,
        },
    }
}
