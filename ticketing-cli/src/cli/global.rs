//! The options of every command.

use std::ffi::OsString;
use std::time::Duration;

use clap::builder::{FalseyValueParser, OsStringValueParser};
use clap::{Arg, Args};
use clap_complete::ArgValueCandidates;

use crate::complete;
use crate::help;
use crate::io::Colour;
use crate::output::{Format, Select};
use crate::span;

/// The options of every command. [`of_every_command`] makes them global.
#[derive(Debug, Args)]
#[command(next_help_heading = help::GLOBAL)]
pub(crate) struct Global {
    /// Use the server at this address, http://127.0.0.1:3000 by default
    #[arg(long, value_name = "URL", env = "TICKETING_SERVER")]
    pub(crate) server: Option<String>,
    /// Use the server and the session of this profile
    #[arg(long, value_name = "NAME", env = "TICKETING_PROFILE")]
    #[arg(add = ArgValueCandidates::new(complete::profiles))]
    pub(crate) profile: Option<String>,
    /// Write data in this format: by default a table on a terminal, tab-separated text on a pipe
    #[arg(long, short, value_enum, value_name = "FORMAT", env = "TICKETING_OUTPUT")]
    pub(crate) output: Option<Format>,
    #[command(flatten)]
    pub(crate) select: Select,
    /// Never prompt: a missing value is an error
    #[arg(long, env = "TICKETING_NO_INPUT", value_parser = FalseyValueParser::new())]
    pub(crate) no_input: bool,
    /// Write data and errors only, no messages
    #[arg(long, short, env = "TICKETING_QUIET", value_parser = FalseyValueParser::new())]
    pub(crate) quiet: bool,
    /// Log the requests on stderr
    #[arg(long, short, env = "TICKETING_VERBOSE", value_parser = FalseyValueParser::new())]
    #[arg(conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// Colour the output; NO_COLOR and CLICOLOR are honoured
    #[arg(long, value_enum, value_name = "WHEN", env = "TICKETING_COLOR")]
    pub(crate) color: Option<Colour>,
    /// Limit the time of one call, like 10s
    #[arg(long, value_name = "SPAN", env = "TICKETING_TIMEOUT", value_parser = span::parse)]
    pub(crate) timeout: Option<Duration>,
    /// Keep the files of the client in this folder
    #[arg(long, value_name = "DIR", env = "TICKETING_HOME", hide = true)]
    #[arg(value_parser = OsStringValueParser::new())]
    pub(crate) home: Option<OsString>,
}

/// Makes an option of the program, but for `--help`, one of every command: only the long help shows it, and not the value of
/// its variable.
pub(super) fn of_every_command(option: Arg) -> Arg {
    match option.get_id().as_str() {
        "help" => option,
        _ => option.global(true).hide_short_help(true).hide_env_values(true),
    }
}
