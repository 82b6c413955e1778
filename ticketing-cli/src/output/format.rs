//! The formats of data.

use clap::ValueEnum;

/// The values of `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Columns, fitted to the terminal
    Table,
    /// Tab-separated, without a header
    Tsv,
    /// The JSON of the API; a list is an object with its items
    Json,
    /// One JSON object a line
    Jsonl,
    /// The same as YAML
    Yaml,
    /// Comma-separated, with a header
    Csv,
}

impl Format {
    /// Returns the value of the option.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}
