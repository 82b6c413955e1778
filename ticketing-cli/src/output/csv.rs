//! Comma-separated values after RFC 4180, with a header.
//!
//! Spreadsheets run a text that begins like a formula. Such a text gets an apostrophe before it, which spreadsheets do not
//! show. The other formats have every text as it is.

use std::borrow::Cow;

use ticketing_sdk::Timestamp;
use ticketing_sdk::text::sanitize;

use super::record::{cells, columns_of};
use super::{Cell, Record};

/// The header line.
pub(super) fn header<T: Record>() -> String {
    columns_of::<T>().iter().map(|column| column.name).collect::<Vec<_>>().join(",") + "\n"
}

/// Returns a line for each record. Control characters are removed on a terminal only.
pub(super) fn rows<T: Record>(records: &[T], now: Timestamp, terminal: bool) -> String {
    let columns = columns_of::<T>();
    let value = |cell: &Cell| (cell.stable(), matches!(cell, Cell::Text(_)));
    records.iter().map(|record| line(cells(&columns, record, now).iter().map(value), terminal)).collect()
}

/// Returns a line of values, each with whether others wrote it.
pub(crate) fn line(values: impl Iterator<Item = (String, bool)>, terminal: bool) -> String {
    let field = |(text, is_foreign): (String, bool)| {
        let text = if terminal { sanitize(&text).into_owned() } else { text };
        let text = if is_foreign { neutralize(&text).into_owned() } else { text };
        if text.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text
        }
    };
    let fields: Vec<_> = values.map(field).collect();
    // Readers skip an empty line.
    if let [only] = &*fields
        && only.is_empty()
    {
        return "\"\"\n".to_owned();
    }
    fields.join(",") + "\n"
}

/// Puts an apostrophe before a text that a spreadsheet would run. A text that has one already gets another, so that
/// [`restore`] returns every text as it was.
fn neutralize(text: &str) -> Cow<'_, str> {
    if is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Removes the apostrophe that [`neutralize`] adds.
pub(crate) fn restore(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(text)
}

/// Returns whether a text begins like a formula, after any apostrophes.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_of_one_empty_field_is_no_empty_line() {
        let line = |fields: &[&str]| line(fields.iter().map(|field| ((*field).to_owned(), true)), false);
        assert_eq!([line(&[""]), line(&["", ""]), line(&["a"])], ["\"\"\n", ",\n", "a\n"]);
    }

    #[test]
    fn formulas_are_neutralized_and_restored() {
        for (text, neutral) in
            [("=1+1", "'=1+1"), ("'=x", "''=x"), ("@a", "'@a"), ("it's", "it's"), ("'t", "'t")]
        {
            assert_eq!(neutralize(text), neutral);
            assert_eq!(restore(neutral), text);
        }
        for text in ["-", "+4", "\tx", "''", "''-", ""] {
            assert_eq!(restore(&neutralize(text)), text);
        }
    }
}
