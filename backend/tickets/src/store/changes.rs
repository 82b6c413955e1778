//! The changes of tickets, in order, for the watchers of the feed.
//!
//! A watcher reads the changes after its position, so no change may appear before a position that was passed. On SQLite
//! identifiers rise in the order of the commits, and the identifier is the position. On PostgreSQL the position is the id of
//! the transaction and the identifier, and only changes of transactions older than every running one are readable.
//!
//! A position is known while its change is retained. The oldest changes are deleted first, so a watcher that resumes at a
//! known position misses nothing; any other watcher receives a reset.

use std::time::Duration;

use ticketing_events::{TicketDeleted, TicketUpdated};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Dialect, Row, Tx};
use ticketing_sdk::{Ticket, TicketChangeKind, Timestamp};

use super::change_publisher::ChangePublisher;

/// How long a change is retained.
const RETENTION: Duration = Duration::from_secs(24 * 3600);

/// The oldest running transaction: all transactions with lower ids have ended.
const OLDEST_RUNNING_XACT: &str = Dialect::Postgres.snapshot_xmin();

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The position. Positions rise in the order in which changes become readable.
    pub id: String,
    /// `ticket:created`, `ticket:updated` or `ticket:deleted`.
    pub kind: String,
    /// The ticket after the change, in JSON.
    pub body: String,
}

/// The changes after a position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The oldest readable changes.
    pub ready: Vec<Change>,
    /// Whether other changes wait for a running transaction.
    pub held_back: bool,
}

/// Records a change under the identifier of its event.
pub(super) fn record(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    id: &str,
    kind: TicketChangeKind,
    ticket: &Ticket,
) -> Result<(), DbError> {
    let body = serde_json::to_string(ticket)?;
    tx.execute_deferred(
        &format!(
            "INSERT INTO changes (id, kind, body, changed_at, xact) VALUES ($1, $2, $3, $4, {})",
            tx.dialect().current_xact_id()
        ),
        args![id, kind.as_str(), &body, publisher.now],
    )?;
    tx.notify_on_commit(publisher.changed);
    Ok(())
}

/// Publishes the change of a ticket.
pub(super) fn publish_updated(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    ticket: &Ticket,
) -> Result<(), DbError> {
    let change = publisher.outbox.append(tx, &TicketUpdated::from(ticket))?;
    record(tx, publisher, &change, TicketChangeKind::Updated, ticket)
}

/// Publishes the withdrawal of a ticket: by its seller, or because a door admitted the pass that it resells at `admitted_at`.
pub(super) fn publish_deleted(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    gone: &Ticket,
    admitted_at: Option<Timestamp>,
) -> Result<(), DbError> {
    let event = TicketDeleted { admitted_at, ..TicketDeleted::from(gone) };
    let change = publisher.outbox.append(tx, &event)?;
    record(tx, publisher, &change, TicketChangeKind::Deleted, gone)
}

/// Returns the oldest changes after a position.
///
/// # Errors
/// If the database fails.
pub fn changes_after(tx: &mut Tx<'_>, position: &str, limit: i64) -> Result<Changes, DbError> {
    match tx.dialect() {
        Dialect::Sqlite => {
            let sql = "SELECT id, kind, body FROM changes WHERE id > $1 ORDER BY id LIMIT $2";
            Ok(Changes { ready: tx.query(sql, args![position, limit], read)?, held_back: false })
        }
        Dialect::Postgres => {
            let (xact, id) = parse_position(position);
            let sql = format!(
                "SELECT {POSITION} AS id, kind, body, (xact >= {OLDEST_RUNNING_XACT})::int::bigint AS early FROM changes \
                 WHERE xact > 0 AND (xact, id) > ($1, $2) ORDER BY xact, id LIMIT $3"
            );
            let found =
                tx.query(&sql, args![xact, id, limit], |row| Ok((read(row)?, row.column::<bool>("early")?)))?;
            let ready: Vec<Change> =
                found.iter().take_while(|(_, early)| !early).map(|(change, _)| change.clone()).collect();
            Ok(Changes { held_back: ready.len() < found.len(), ready })
        }
    }
}

/// Formats a position as text with the same order.
const POSITION: &str = "lpad(to_hex(xact), 16, '0') || '-' || id";

fn read(row: &Row<'_>) -> Result<Change, DbError> {
    Ok(Change { id: row.text("id")?, kind: row.text("kind")?, body: row.text("body")? })
}

/// Parses the id of the transaction and the identifier. A position without an id is before all others.
fn parse_position(position: &str) -> (i64, &str) {
    let numbered = position.split_once('-').filter(|(number, _)| number.len() == 16);
    numbered.map_or((0, ""), |(number, id)| (i64::from_str_radix(number, 16).unwrap_or(0), id))
}

/// The maximum difference between the clocks of two replicas.
const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// Returns the position of an empty table at `now`, which sorts before every change.
fn before_all(now: Timestamp) -> String {
    format!("{BEFORE_ALL}{:012x}", now.as_millis().max(0))
}

const BEFORE_ALL: &str = "00000000-0000-0000-0000-";

/// The form of a position that names a time: `since:` and milliseconds since the Unix epoch.
const SINCE: &str = "since:";

/// Returns the time that a position names; `None` for other positions.
fn named_time(position: &str) -> Option<Timestamp> {
    position.strip_prefix(SINCE)?.parse().ok().map(Timestamp::from_millis)
}

/// Returns the position before every change since a time; `None` if there is no such change.
///
/// The clocks of replicas differ, so the first of these changes counts, and some that follow it may be older.
fn position_before(tx: &mut Tx<'_>, since: Timestamp) -> Result<Option<String>, DbError> {
    let position = |row: &Row<'_>| row.text("id");
    let dated = |row: &Row<'_>| Ok((row.text("id")?, row.int("changed_at")?));
    let (previous, changed_at) = match tx.dialect() {
        Dialect::Sqlite => {
            let first = "SELECT id, changed_at FROM changes WHERE changed_at >= $1 ORDER BY id LIMIT 1";
            let Some((first, changed_at)) = tx.query_opt(first, args![since], dated)? else {
                return Ok(None);
            };
            let sql = "SELECT id FROM changes WHERE id < $1 ORDER BY id DESC LIMIT 1";
            (tx.query_opt(sql, args![&first], position)?, changed_at)
        }
        Dialect::Postgres => {
            let first = format!(
                "SELECT {POSITION} AS id, changed_at FROM changes WHERE xact > 0 AND changed_at >= $1 \
                 ORDER BY xact, id LIMIT 1"
            );
            let Some((first, changed_at)) = tx.query_opt(&first, args![since], dated)? else {
                return Ok(None);
            };
            let (xact, id) = parse_position(&first);
            let sql = format!(
                "SELECT {POSITION} AS id FROM changes WHERE xact > 0 AND xact < {OLDEST_RUNNING_XACT} AND (xact, id) < ($1, $2) \
                 ORDER BY xact DESC, id DESC LIMIT 1"
            );
            (tx.query_opt(&sql, args![xact, id], position)?, changed_at)
        }
    };
    // It stays known for as long as that first change is retained, which is longer than for `since`.
    Ok(Some(previous.unwrap_or_else(|| before_all(Timestamp::from_millis(changed_at)))))
}

/// Returns the time of the position of an empty table; `None` for other positions.
fn was_before_all(position: &str) -> Option<i64> {
    i64::from_str_radix(position.strip_prefix(BEFORE_ALL)?, 16).ok()
}

/// Returns the position after all readable changes.
///
/// # Errors
/// If the database fails.
pub fn latest(tx: &mut Tx<'_>, now: Timestamp) -> Result<String, DbError> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => "SELECT id FROM changes ORDER BY id DESC LIMIT 1".to_owned(),
        Dialect::Postgres => format!(
            "SELECT {POSITION} AS id FROM changes WHERE xact > 0 AND xact < {OLDEST_RUNNING_XACT} ORDER BY xact DESC, id DESC LIMIT 1"
        ),
    };
    let newest = tx.query_opt(&sql, &[], |row| row.text("id"))?;
    Ok(newest.unwrap_or_else(|| before_all(now)))
}

/// The position from which a watcher starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResumePoint {
    /// The position after which it starts.
    pub position: String,
    /// The position after all readable changes.
    pub newest: String,
    /// Whether it may have missed changes before `position`, because its own position is unknown.
    pub is_reset: bool,
}

/// Returns the start of a watcher that has seen the changes up to `last_seen`, or of a new one. A position is known
/// while its change is retained, and then all later changes are, too. An unknown position starts after the newest
/// change.
///
/// # Errors
/// If the database fails.
pub fn resume(tx: &mut Tx<'_>, last_seen: Option<&str>, now: Timestamp) -> Result<ResumePoint, DbError> {
    let newest = latest(tx, now)?;
    let (position, is_reset) = match last_seen {
        None => (newest.clone(), false),
        Some(position) if is_known(tx, position, now)? => (position.to_owned(), false),
        Some(position) if let Some(since) = named_time(position) => {
            // Changes before the retention are deleted, or will be.
            let is_pruned = since < now - RETENTION;
            (position_before(tx, since)?.unwrap_or_else(|| newest.clone()), is_pruned)
        }
        Some(_) => (newest.clone(), true),
    };
    Ok(ResumePoint { position, newest, is_reset })
}

fn is_known(tx: &mut Tx<'_>, position: &str, now: Timestamp) -> Result<bool, DbError> {
    let is_plausible = matches!(position.len(), 36 | 53)
        && position.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'));
    if !is_plausible {
        return Ok(false);
    }
    if let Some(then) = was_before_all(position) {
        // Later changes are younger, and so retained.
        let age = now.as_millis().saturating_sub(then);
        return Ok(age >= -millis(CLOCK_SKEW) && age < millis(RETENTION) - millis(CLOCK_SKEW));
    }
    let found = match tx.dialect() {
        Dialect::Sqlite => {
            tx.query_opt("SELECT 1 AS found FROM changes WHERE id = $1", args![position], |row| {
                row.int("found")
            })?
        }
        Dialect::Postgres => {
            let (xact, id) = parse_position(position);
            let sql = format!(
                "SELECT 1::bigint AS found FROM changes \
                 WHERE xact > 0 AND xact = $1 AND id = $2 AND xact < {OLDEST_RUNNING_XACT}"
            );
            tx.query_opt(&sql, args![xact, id], |row| row.int("found"))?
        }
    };
    Ok(found.is_some())
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// Deletes changes of another server: the ids of restored transactions may be ahead of this server. Watchers receive a
/// reset.
///
/// # Errors
/// If the database fails.
pub fn delete_foreign_changes(tx: &mut Tx<'_>) -> Result<(), DbError> {
    let sql = format!("DELETE FROM changes WHERE xact > 0 AND xact >= {}", tx.dialect().snapshot_xmax());
    tx.execute(&sql, &[]).map(drop)
}

/// Deletes changes past their retention: those before the oldest recent one, whatever their recorded times, and never
/// the newest. So all changes after a retained one are retained.
///
/// # Errors
/// If the database fails.
pub fn prune(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), DbError> {
    let before = now - RETENTION;
    // On SQLite the identifier is the position, and the other column has no index.
    let (position, numbered, oldest, newest) = match tx.dialect() {
        Dialect::Sqlite => ("(0, id)", "TRUE", "id", "id DESC"),
        Dialect::Postgres => ("(xact, id)", "xact > 0", "xact, id", "xact DESC, id DESC"),
    };
    let boundary = |row: &Row<'_>| Ok((row.int("xact")?, row.text("id")?));
    let young = format!(
        "SELECT xact, id FROM changes WHERE {numbered} AND changed_at >= $1 ORDER BY {oldest} LIMIT 1"
    );
    let kept = match tx.query_opt(&young, args![before], boundary)? {
        Some(kept) => Some(kept),
        None => {
            let last = format!("SELECT xact, id FROM changes WHERE {numbered} ORDER BY {newest} LIMIT 1");
            tx.query_opt(&last, &[], boundary)?
        }
    };
    if let Some((xact, id)) = kept {
        tx.execute(&format!("DELETE FROM changes WHERE {position} < ($1, $2)"), args![xact, &id])?;
    }
    Ok(())
}
