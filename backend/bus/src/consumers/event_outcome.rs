//! The outcome of an event at its consumer.

use ticketing_platform::db::DbError;

/// The outcome of one event.
#[derive(Clone, Debug)]
pub(super) enum EventOutcome {
    /// It was applied, now or earlier: ack.
    Applied,
    /// It is not due.
    NotDue,
    /// Its predecessor is missing.
    OutOfOrder,
    /// This version has no handler for it.
    Unhandled,
    /// Its handler returned an error, and the database works.
    Failed {
        /// The number of failures.
        failures: u32,
        /// Whether a retry cannot succeed.
        is_final: bool,
        /// The error.
        cause: String,
    },
    /// The database could not be written.
    Outage(DbError),
}
