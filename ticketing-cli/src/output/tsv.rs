//! Tab-separated text: a line a record, no header, the columns always in the same order.

use ticketing_sdk::Timestamp;
use ticketing_sdk::text::sanitize;

use super::Record;

/// Returns one line. Control characters of other users' texts are removed: they could end the line or control a
/// terminal.
pub(super) fn row<T: Record>(record: &T, now: Timestamp) -> String {
    let cells: Vec<String> =
        record.cells(now).iter().map(|cell| sanitize(&cell.stable()).into_owned()).collect();
    cells.join("\t") + "\n"
}
