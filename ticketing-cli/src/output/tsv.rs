//! Tab-separated text: a line a record, no header, the columns always in the same order.

use ticketing_sdk::Timestamp;
use ticketing_sdk::text::sanitize;

use super::record::{cells, columns_of};
use super::{Cell, Record};

/// Returns a line for each record.
pub(super) fn rows<T: Record>(records: &[T], now: Timestamp) -> String {
    let columns = columns_of::<T>();
    records.iter().map(|record| line(cells(&columns, record, now).iter().map(Cell::stable))).collect()
}

/// Returns a line of values. Control characters of other users' texts are removed: they could end the line or control a
/// terminal.
pub(super) fn line(values: impl Iterator<Item = String>) -> String {
    values.map(|value| sanitize(&value).into_owned()).collect::<Vec<_>>().join("\t") + "\n"
}
