//! Resales that are not sold when their event starts. The listing of each is its timer.

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{TicketId, Timestamp};

use super::change_publisher::ChangePublisher;
use super::shown_ticket::withdraw;
use super::terms::NEVER;

/// Selects the resales that end when their event starts. An order that holds the listing prevails; if it ends unpaid, the
/// listing is available again.
const OPEN: &str = "resale_of IS NOT NULL AND status = 'available' AND withdrawn = 0";

/// Returns the start of the next event whose resales end then.
///
/// # Errors
/// If the database fails.
pub fn next_end(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, DbError> {
    let sql = format!("SELECT MIN(starts_at) AS starts_at FROM tickets WHERE {OPEN} AND starts_at < {NEVER}");
    tx.query_one(&sql, &[], |row| row.column("starts_at"))
}

/// Withdraws the resales whose event has started, the earliest first and at most `limit` of them, as their sellers would.
/// Returns their number.
///
/// # Errors
/// If the database fails.
pub fn end_started(tx: &mut Tx<'_>, publisher: &ChangePublisher<'_>, limit: i64) -> Result<u64, DbError> {
    let sql = format!(
        "SELECT id FROM tickets WHERE {OPEN} AND starts_at <= $1 ORDER BY starts_at, id LIMIT $2 {}",
        tx.dialect().claim()
    );
    let started: Vec<TicketId> = tx.query(&sql, args![publisher.now, limit], |row| row.column("id"))?;
    for listing in &started {
        withdraw(tx, publisher, listing, None)?;
    }
    Ok(started.len() as u64)
}
