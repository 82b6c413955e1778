//! The formats of data.

use clap::ValueEnum;

use super::Select;

/// The values of `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
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

impl OutputFormat {
    /// Returns the value of the option.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// How data is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Table,
    Tsv,
    Json,
    Jsonl,
    Yaml,
    Csv,
}

impl From<OutputFormat> for Format {
    fn from(chosen: OutputFormat) -> Self {
        match chosen {
            OutputFormat::Table => Self::Table,
            OutputFormat::Tsv => Self::Tsv,
            OutputFormat::Json => Self::Json,
            OutputFormat::Jsonl => Self::Jsonl,
            OutputFormat::Yaml => Self::Yaml,
            OutputFormat::Csv => Self::Csv,
        }
    }
}

impl Format {
    /// Returns the chosen format, else `default`. A selection is JSON, unless another format of the same fields is
    /// chosen.
    pub(crate) fn of(chosen: Option<OutputFormat>, default: Self, select: &Select) -> Self {
        match chosen {
            Some(lines @ (OutputFormat::Jsonl | OutputFormat::Yaml)) => lines.into(),
            _ if select.is_active() => Self::Json,
            chosen => chosen.map_or(default, Self::from),
        }
    }
}
