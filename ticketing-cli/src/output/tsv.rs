//! Tab-separated text: a line a record, no header, the columns always in the same order.

use ticketing_sdk::Timestamp;
use ticketing_sdk::text::sanitize;

use super::{Cell, Record};

/// Returns one line.
pub(super) fn row<T: Record>(record: &T, now: Timestamp) -> String {
    line(record.cells(now).iter().map(Cell::stable))
}

/// Returns a line of values. Control characters of other users' texts are removed: they could end the line or control a
/// terminal.
pub(super) fn line(values: impl Iterator<Item = String>) -> String {
    values.map(|value| sanitize(&value).into_owned()).collect::<Vec<_>>().join("\t") + "\n"
}
