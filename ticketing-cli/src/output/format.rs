//! The formats of data.

use clap::ValueEnum;

use super::Select;

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

    /// Returns the chosen format, else `default`. A selection is JSON, unless another format of the same fields is
    /// chosen.
    pub(crate) fn choose(chosen: Option<Self>, default: Self, select: &Select) -> Self {
        match chosen {
            Some(lines @ (Self::Jsonl | Self::Yaml)) => lines,
            _ if select.is_active() => Self::Json,
            chosen => chosen.unwrap_or(default),
        }
    }
}
