//! The facts that the audit reads from the outbox and the inbox, which each service has in its own database.

use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::{args, read_row};
use ticketing_sdk::{OrderStatus, Timestamp};

/// An event in the outbox of a service. Invariants 4 and 5 compare it with the changes and with the log of the bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEvent {
    /// The service.
    pub service: &'static str,
    /// The id of the event.
    pub id: String,
    /// The name of the event.
    pub name: String,
    /// The id of the aggregate that changed.
    pub aggregate: String,
    /// The version that the change made.
    pub version: i64,
    /// Whether the relay has published the event and marked it.
    pub is_published: bool,
    /// The sequence of the event in the log of the bus, once it is there.
    pub sequence: Option<i64>,
}

impl OutboxEvent {
    /// Reads the events in the outbox of `service`, before the log of the bus is read.
    ///
    /// # Errors
    /// If the statement fails.
    pub fn read_all(tx: &mut Tx<'_>, service: &'static str) -> Result<Vec<Self>, DbError> {
        let sql = "SELECT id, name, aggregate, version, \
                   CAST(CASE WHEN published_at IS NULL THEN 0 ELSE 1 END AS BIGINT) AS is_published FROM outbox ORDER BY id";
        tx.query(sql, args![], |row| {
            read_row!(row => Self { id, name, aggregate, version, is_published, service: service, sequence: None })
        })
    }
}

/// The copy of an order in another service. Each service copies the fields that it needs. Invariant 9 compares it with the
/// order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderCopy {
    /// The service that has the copy.
    pub holder: &'static str,
    /// The id of the order.
    pub id: String,
    /// The status of the order.
    pub status: OrderStatus,
    /// The version of the order.
    pub version: i64,
    /// The buyer, where the service copies it.
    pub user_id: Option<String>,
    /// The ordered ticket, where the service copies it.
    pub ticket_id: Option<String>,
    /// The ordered price in cents, where the service copies it.
    pub price: Option<i64>,
    /// The deadline, where the service copies it.
    pub expires_at: Option<Timestamp>,
}

impl OrderCopy {
    /// Reads the copies of the service `holder`. The statement returns a column for each field, NULL where the service does
    /// not copy it.
    ///
    /// # Errors
    /// If the statement fails.
    pub fn read_all(tx: &mut Tx<'_>, holder: &'static str, sql: &str) -> Result<Vec<Self>, DbError> {
        tx.query(sql, args![], |row| {
            read_row!(row => Self { id, status, version, user_id, ticket_id, price, expires_at, holder: holder })
        })
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
