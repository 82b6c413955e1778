//! The formats and selections that each command supports; any other format or selection is refused.

use super::{Format, Select, find_output_spec};
use crate::failure::{CliResult, Failure};

/// A command that writes no records, or an option with which a command writes none.
#[derive(Debug)]
pub(crate) struct NonRecordOutput {
    /// The words of the command, or the option.
    pub(crate) name: &'static str,
    /// A phrase that says what it writes.
    writes: &'static str,
    /// The formats that it has beside its own.
    formats: &'static [Format],
    /// Whether `--jq` and `--template` read what it writes.
    takes_filter: bool,
}

const fn non_record(name: &'static str, writes: &'static str) -> NonRecordOutput {
    NonRecordOutput { name, writes, formats: &[], takes_filter: false }
}

const NOTHING: &str = "writes no data";

/// The commands that write no records.
pub(crate) const NON_RECORD_OUTPUTS: &[NonRecordOutput] = &[
    non_record("alias delete", NOTHING),
    non_record("alias set", NOTHING),
    NonRecordOutput {
        formats: &[Format::Json, Format::Jsonl, Format::Yaml, Format::Csv, Format::Tsv],
        takes_filter: true,
        ..non_record(RAW, "writes what the server answers")
    },
    non_record("auth signout", NOTHING),
    non_record("checkin prepare", "writes a file"),
    non_record("completions", "writes a script"),
    non_record("config edit", NOTHING),
    non_record("config get", "writes one value"),
    non_record("config path", "writes one path"),
    non_record("config set", NOTHING),
    non_record("config unset", NOTHING),
    non_record("demo", "writes the steps of its sales"),
    NonRecordOutput {
        formats: &[Format::Json, Format::Jsonl],
        ..non_record("events listen", "writes events as lines of JSON")
    },
    non_record("help", "writes text"),
    non_record("logout", NOTHING),
    non_record("man", "writes files"),
    non_record("open", NOTHING),
    non_record("open order", NOTHING),
    non_record("open ticket", NOTHING),
    non_record("orders cancel", NOTHING),
    non_record("passes calendar", "writes a calendar"),
    non_record("profile add", NOTHING),
    non_record("profile remove", NOTHING),
    non_record("profile use", NOTHING),
    non_record("serve", "writes its address"),
    non_record("tickets withdraw", NOTHING),
    NonRecordOutput {
        formats: &[Format::Csv, Format::Json, Format::Jsonl, Format::Yaml],
        takes_filter: true,
        ..non_record("tickets export", "writes listings for an import")
    },
    non_record("tui", "draws on the terminal"),
];

/// The command whose JSON is that of the server.
const RAW: &str = "api";
/// The option that prints requests.
const DRY_RUN: &str = "--dry-run";

/// The options with which a command writes other output than its records. The first given one applies.
const OPTIONS: &[NonRecordOutput] = &[
    NonRecordOutput {
        formats: &[Format::Table, Format::Json, Format::Jsonl, Format::Yaml],
        takes_filter: true,
        ..non_record(DRY_RUN, "prints requests")
    },
    non_record("--web", "opens a browser"),
    non_record("--take-back", NOTHING),
    non_record("--svg", "writes a picture"),
    non_record("--png", "writes a picture"),
];

/// A parsed command with the options that change what it writes.
#[derive(Debug)]
pub(crate) struct Invocation {
    /// The words of the command.
    words: String,
    /// The option that applies.
    option: Option<&'static NonRecordOutput>,
}

impl Invocation {
    /// Creates an invocation. `is_given` returns whether an option is given, by its name without dashes.
    pub(crate) fn new(words: String, is_given: impl Fn(&str) -> bool) -> Self {
        let option = OPTIONS.iter().find(|option| is_given(option.name.trim_start_matches('-')));
        Self { words, option }
    }

    /// Returns what the invocation writes, unless it is records.
    fn non_record_output(&self) -> Option<&'static NonRecordOutput> {
        self.option.or_else(|| NON_RECORD_OUTPUTS.iter().find(|other| other.name == self.words))
    }

    /// Returns the fields of its records.
    pub(crate) fn fields(&self) -> Option<Vec<&'static str>> {
        find_output_spec(&self.words).map(|spec| spec.record.fields())
    }

    /// Returns the format of an invocation that names none.
    pub(crate) fn default_format(&self, terminal: bool) -> Format {
        let is_dry_run = self.option.is_some_and(|option| option.name == DRY_RUN);
        match self.words.as_str() {
            _ if is_dry_run => Format::Table,
            // The answer of the server, unchanged.
            RAW => Format::Json,
            // The report is text for people and for logs.
            "audit" => Format::Table,
            // A door reads what it admits as it comes.
            "checkin" if !terminal => Format::Jsonl,
            _ if terminal => Format::Table,
            _ => Format::Tsv,
        }
    }

    /// Checks the format and the selection that the user typed against what the invocation writes.
    ///
    /// # Errors
    /// A usage error, if it has no place for one of them.
    pub(crate) fn check(&self, typed: Option<Format>, select: &Select) -> CliResult {
        let Some(other) = self.non_record_output() else {
            return typed.map_or(Ok(()), |output| select.check_output(output));
        };
        let subject = match self.option {
            Some(option) => option.name.to_owned(),
            None => format!("`ticketing {}`", self.words),
        };
        let refused = match typed {
            Some(output) if !other.formats.contains(&output) => Some(format!("--output {}", output.name())),
            _ if select.fields.is_some() => Some("--json".to_owned()),
            _ if select.is_active() && !other.takes_filter => Some(select.option().to_owned()),
            _ => None,
        };
        let Some(refused) = refused else {
            return typed.map_or(Ok(()), |output| select.check_output(output));
        };
        let failure = Failure::usage(format!("{subject} {}: {refused} has no meaning there", other.writes));
        let names: Vec<String> = other.formats.iter().map(|format| format.name()).collect();
        Err(match names.as_slice() {
            [] => failure,
            names => failure.hint(format!("--output takes {} there", names.join(", "))),
        })
    }
}
