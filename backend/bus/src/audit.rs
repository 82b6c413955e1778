//! The facts that the audit reads from the outbox and the inbox, which each service has in its own database.

use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::{args, table_row};
use ticketing_sdk::Timestamp;

table_row! {
    /// An event in an outbox. Invariants 4 and 5 compare it with the changes and with the log of the bus.
    pub struct OutboxRow: "outbox ORDER BY id" {
        /// The id of the event.
        pub id: String,
        /// The name of the event.
        pub name: String,
        /// The id of the aggregate that changed.
        pub aggregate: String,
        /// The version that the change made.
        pub version: i64,
        /// Whether the relay has published the event and marked it.
        pub is_published: bool = "CAST(CASE WHEN published_at IS NULL THEN 0 ELSE 1 END AS BIGINT)",
    }
}

/// Reads the ids of the events that the service has applied (invariant 6).
///
/// # Errors
/// If the statement fails.
pub fn read_inbox(tx: &mut Tx<'_>) -> Result<Vec<String>, DbError> {
    tx.query("SELECT event_id FROM inbox", args![], |row| row.text("event_id"))
}

/// Reads the latest time by whose retention rows of the service were deleted.
///
/// # Errors
/// If the statement fails.
pub fn read_pruned_at(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, DbError> {
    tx.query_opt("SELECT pruned_at FROM pruned", args![], |row| row.column("pruned_at"))
}

/// Returns the number of events that the relay has to publish.
///
/// # Errors
/// If the statement fails.
pub fn count_unpublished(tx: &mut Tx<'_>) -> Result<i64, DbError> {
    tx.query_one("SELECT COUNT(*) AS n FROM outbox WHERE published_at IS NULL", args![], |row| row.int("n"))
}

/// Returns the number of events that the service has appended or applied, as far as it retains them.
///
/// # Errors
/// If the statement fails.
pub fn count_events(tx: &mut Tx<'_>) -> Result<i64, DbError> {
    let sql = "SELECT (SELECT COUNT(*) FROM outbox) + (SELECT COUNT(*) FROM inbox) AS n";
    tx.query_one(sql, args![], |row| row.int("n"))
}
