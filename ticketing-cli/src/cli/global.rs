//! The options of every command.

use std::ffi::OsString;
use std::time::Duration;

use clap::Args;
use clap_complete::ArgValueCandidates;

use crate::complete;
use crate::help;
use crate::io::Colour;
use crate::output::{Format, Select};
use crate::span;

/// The options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = help::GLOBAL)]
pub(crate) struct Global {
    /// Use the server at this address, http://127.0.0.1:3000 by default
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        value_name = "URL",
        env = "TICKETING_SERVER",
        hide_env_values = true
    )]
    pub(crate) server: Option<String>,
    /// Use the server and the session of this profile
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        value_name = "NAME",
        env = "TICKETING_PROFILE",
        hide_env_values = true
    )]
    #[arg(add = ArgValueCandidates::new(complete::profiles))]
    pub(crate) profile: Option<String>,
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
    pub(crate) output: Option<Format>,
    /// Write these fields of the JSON, separated by commas; without fields, list them
    #[arg(long, global = true, hide_short_help = true, value_name = "FIELDS", num_args = 0..=1, value_delimiter = ',')]
    #[arg(default_missing_value = "")]
    pub(crate) json: Option<Vec<String>>,
    /// Filter the JSON with an expression of jq
    #[arg(long, global = true, hide_short_help = true, value_name = "FILTER", allow_hyphen_values = true)]
    pub(crate) jq: Option<String>,
    /// Write the JSON through a template of Jinja
    #[arg(long, global = true, hide_short_help = true, value_name = "TEMPLATE", allow_hyphen_values = true)]
    #[arg(conflicts_with = "jq")]
    pub(crate) template: Option<String>,
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
    pub(crate) color: Option<Colour>,
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

impl Global {
    /// Returns the selection of JSON.
    pub(super) fn select(&self) -> Select {
        Select { fields: self.json.clone(), jq: self.jq.clone(), template: self.template.clone() }
    }
}
