//! Comma-separated values after RFC 4180, with a header.
//!
//! Spreadsheets run a text that begins like a formula. Such a text gets an apostrophe before it, which spreadsheets do not
//! show. The other formats have every text as it is.

use ticketing_sdk::Timestamp;
use ticketing_sdk::text::sanitize;

use super::{Cell, Record};

/// The header line.
pub(super) fn header<T: Record>() -> String {
    T::COLUMNS.iter().map(|column| column.name).collect::<Vec<_>>().join(",") + "\n"
}

/// Returns one record. Control characters are removed on a terminal only.
pub(super) fn row<T: Record>(record: &T, now: Timestamp, terminal: bool) -> String {
    let field = |cell: &Cell| {
        let text = cell.stable();
        let text = if terminal { sanitize(&text).into_owned() } else { text };
        let is_formula = matches!(cell, Cell::Text(_)) && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let text = if is_formula { format!("'{text}") } else { text };
        if text.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text
        }
    };
    record.cells(now).iter().map(field).collect::<Vec<_>>().join(",") + "\n"
}
