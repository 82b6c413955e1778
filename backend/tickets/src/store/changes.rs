//! The changes of tickets, in order, for those who watch.

use std::time::Duration;

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{Ticket, TicketChangeKind, Timestamp};

use super::tickets::Voice;

/// How long a change can be resumed from.
const RETENTION: Duration = Duration::from_secs(24 * 3600);

/// One change, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its place: places rise in the order of the changes.
    pub id: String,
    /// `ticket:created`, `ticket:updated` or `ticket:deleted`.
    pub kind: String,
    /// The ticket as it then was, in JSON.
    pub body: String,
}

/// Records a change under the identifier of its event.
pub(super) fn record(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    id: &str,
    kind: TicketChangeKind,
    ticket: &Ticket,
) -> Result<(), DbError> {
    let body = serde_json::to_string(ticket).map_err(|error| DbError::Statement(error.to_string()))?;
    tx.execute(
        "INSERT INTO changes (id, kind, body, changed_at) VALUES ($1, $2, $3, $4)",
        args![id, kind.as_str(), &body, voice.now],
    )?;
    tx.ring_on_commit(voice.feed.changed());
    Ok(())
}

/// The oldest changes after the place `id`.
///
/// # Errors
/// When the database fails.
pub fn after(tx: &mut Tx<'_>, id: &str, limit: i64) -> Result<Vec<Change>, DbError> {
    tx.query(
        "SELECT id, kind, body FROM changes WHERE id > $1 ORDER BY id LIMIT $2",
        args![id, limit],
        |row| Ok(Change { id: row.text("id")?, kind: row.text("kind")?, body: row.text("body")? }),
    )
}

/// The place before every change: it sorts before every identifier.
const BEFORE_ALL: &str = "00000000-0000-0000-0000-000000000000";

/// The place of the newest change; a place before every change when there is none.
///
/// # Errors
/// When the database fails.
pub fn latest(tx: &mut Tx<'_>) -> Result<String, DbError> {
    let newest = tx.query_one("SELECT MAX(id) AS id FROM changes", &[], |row| row.opt_text("id"))?;
    Ok(newest.unwrap_or_else(|| BEFORE_ALL.to_owned()))
}

/// Forgets changes that nobody can resume from any more.
///
/// # Errors
/// When the database fails.
pub fn prune(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), DbError> {
    let before = now.as_millis() - i64::try_from(RETENTION.as_millis()).unwrap_or(i64::MAX);
    tx.execute("DELETE FROM changes WHERE changed_at < $1", args![before])?;
    Ok(())
}
