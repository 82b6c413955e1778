//! The formats of files of tickets.

use std::path::Path;

use clap::ValueEnum;

/// A format of a file of tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FileFormat {
    /// Comma-separated, with a header
    Csv,
    /// One JSON object a line
    #[value(alias = "ndjson", alias = "json")]
    Jsonl,
}

impl FileFormat {
    /// Returns the format that the extension of a file's name stands for.
    pub(super) fn of_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            _ => None,
        }
    }
}
