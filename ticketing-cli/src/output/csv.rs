//! Comma-separated values after RFC 4180, with a header.

use ticketing_sdk::text::sanitize;

use super::Record;

/// The header line.
pub(super) fn header<T: Record>() -> String {
    T::COLUMNS.iter().map(|column| column.name).collect::<Vec<_>>().join(",") + "\n"
}

/// One record. Values are faithful in a file and stripped on a terminal.
pub(super) fn row<T: Record>(record: &T, terminal: bool) -> String {
    let field = |text: String| {
        let text = if terminal { sanitize(&text).into_owned() } else { text };
        if text.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text
        }
    };
    record.cells().iter().map(|cell| field(cell.stable())).collect::<Vec<_>>().join(",") + "\n"
}
