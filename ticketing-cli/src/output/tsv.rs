//! Tab-separated text: a line a record, no header, the columns always in the same order.

use ticketing_sdk::text::sanitize;

use super::Record;

/// One line. What others wrote is stripped, so that it can neither end the line nor reach a terminal later.
pub(super) fn row<T: Record>(record: &T) -> String {
    let cells: Vec<String> =
        record.cells().iter().map(|cell| sanitize(&cell.stable()).into_owned()).collect();
    cells.join("\t") + "\n"
}
