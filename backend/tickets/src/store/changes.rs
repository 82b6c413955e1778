//! The changes of tickets, in order, for those who watch.
//!
//! A watcher has a place and reads what comes after it, so nothing may ever appear before a place that was passed.
//! Where one process writes, identifiers rise in the order of the commits, and the identifier is the place. Where many
//! do, the place is the number of the transaction and the identifier, and only changes are shown whose transactions are
//! older than every one that is still under way.
//!
//! A place is known as long as its change is kept. Changes are forgotten from the oldest on, so a watcher that resumes
//! at a known place misses nothing; any other is answered with a reset.

use std::time::Duration;

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Dialect, Row, Tx};
use ticketing_sdk::{Ticket, TicketChangeKind, Timestamp};

use super::tickets::ChangePublisher;

/// How long a change can be resumed from.
const RETENTION: Duration = Duration::from_secs(24 * 3600);

/// Every transaction before this one has ended, so nothing that is numbered lower will appear any more.
const HORIZON: &str = Dialect::Postgres.snapshot_xmin();

/// One change, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its place: places rise in the order in which the changes can be read.
    pub id: String,
    /// `ticket:created`, `ticket:updated` or `ticket:deleted`.
    pub kind: String,
    /// The ticket as it then was, in JSON.
    pub body: String,
}

/// What there is after a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The oldest of them.
    pub ready: Vec<Change>,
    /// Whether there are others that must wait for a transaction that is under way.
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
    let body = serde_json::to_string(ticket).map_err(|error| DbError::Statement(error.to_string()))?;
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

/// The oldest changes after the place `place`.
///
/// # Errors
/// If the database fails.
pub fn after(tx: &mut Tx<'_>, place: &str, limit: i64) -> Result<Changes, DbError> {
    match tx.dialect() {
        Dialect::Sqlite => {
            let sql = "SELECT id, kind, body FROM changes WHERE id > $1 ORDER BY id LIMIT $2";
            Ok(Changes { ready: tx.query(sql, args![place, limit], read)?, held_back: false })
        }
        Dialect::Postgres => {
            let (xact, id) = parts(place);
            let sql = format!(
                "SELECT {PLACE} AS id, kind, body, (xact >= {HORIZON})::int::bigint AS early FROM changes \
                 WHERE xact > 0 AND (xact, id) > ($1, $2) ORDER BY xact, id LIMIT $3"
            );
            let found = tx.query(&sql, args![xact, id, limit], |row| Ok((read(row)?, row.flag("early")?)))?;
            let ready: Vec<Change> =
                found.iter().take_while(|(_, early)| !early).map(|(change, _)| change.clone()).collect();
            Ok(Changes { held_back: ready.len() < found.len(), ready })
        }
    }
}

/// A place as text that sorts as places do.
const PLACE: &str = "lpad(to_hex(xact), 16, '0') || '-' || id";

fn read(row: &Row<'_>) -> Result<Change, DbError> {
    Ok(Change { id: row.text("id")?, kind: row.text("kind")?, body: row.text("body")? })
}

/// The number of the transaction and the identifier. A place that has no number is before all that have one.
fn parts(place: &str) -> (i64, &str) {
    let numbered = place.split_once('-').filter(|(number, _)| number.len() == 16);
    numbered.map_or((0, ""), |(number, id)| (i64::from_str_radix(number, 16).unwrap_or(0), id))
}

/// How far the clocks of two replicas may differ.
const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// The place where there are no changes at `now`: it sorts before every change, and a later one after an earlier one.
fn before_all(now: Timestamp) -> String {
    format!("{BEFORE_ALL}{:012x}", now.as_millis().max(0))
}

const BEFORE_ALL: &str = "00000000-0000-0000-0000-";

/// When there were no changes at this place; `None` for any other place.
fn was_before_all(place: &str) -> Option<i64> {
    i64::from_str_radix(place.strip_prefix(BEFORE_ALL)?, 16).ok()
}

/// The place after every change that can be read now.
///
/// # Errors
/// If the database fails.
pub fn latest(tx: &mut Tx<'_>, now: Timestamp) -> Result<String, DbError> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => "SELECT id FROM changes ORDER BY id DESC LIMIT 1".to_owned(),
        Dialect::Postgres => format!(
            "SELECT {PLACE} AS id FROM changes WHERE xact > 0 AND xact < {HORIZON} ORDER BY xact DESC, id DESC LIMIT 1"
        ),
    };
    let newest = tx.query_opt(&sql, &[], |row| row.text("id"))?;
    Ok(newest.unwrap_or_else(|| before_all(now)))
}

/// Where a watcher begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resumed {
    /// The place after which its changes begin.
    pub position: String,
    /// The place after every change that can be read now.
    pub newest: String,
    /// Whether it may have missed changes before `position`: it asked for a place that is not known (any more).
    pub is_reset: bool,
}

/// Where a watcher begins that has seen the changes up to `wanted`, or wants those from now on. A place is known as
/// long as its change is kept, and then all that follow it are; one that is not is answered with the newest.
///
/// # Errors
/// If the database fails.
pub fn resume(tx: &mut Tx<'_>, wanted: Option<&str>, now: Timestamp) -> Result<Resumed, DbError> {
    let newest = latest(tx, now)?;
    let (position, is_reset) = match wanted {
        None => (newest.clone(), false),
        Some(place) if is_known(tx, place, now)? => (place.to_owned(), false),
        Some(_) => (newest.clone(), true),
    };
    Ok(Resumed { position, newest, is_reset })
}

fn is_known(tx: &mut Tx<'_>, place: &str, now: Timestamp) -> Result<bool, DbError> {
    let is_plausible = matches!(place.len(), 36 | 53)
        && place.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'));
    if !is_plausible {
        return Ok(false);
    }
    if let Some(then) = was_before_all(place) {
        // What has happened since is younger than that, and kept.
        let age = now.as_millis().saturating_sub(then);
        return Ok(age >= -millis(CLOCK_SKEW) && age < millis(RETENTION) - millis(CLOCK_SKEW));
    }
    let found = match tx.dialect() {
        Dialect::Sqlite => {
            tx.query_opt("SELECT 1 AS found FROM changes WHERE id = $1", args![place], |row| {
                row.int("found")
            })?
        }
        Dialect::Postgres => {
            let (xact, id) = parts(place);
            let sql = format!(
                "SELECT 1::bigint AS found FROM changes \
                 WHERE xact > 0 AND xact = $1 AND id = $2 AND xact < {HORIZON}"
            );
            tx.query_opt(&sql, args![xact, id], |row| row.int("found"))?
        }
    };
    Ok(found.is_some())
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// Where the tables were restored on another server, the numbers of its transactions may lie ahead of this one's: those
/// changes are deleted, and watchers begin again.
///
/// # Errors
/// If the database fails.
pub fn adopt(tx: &mut Tx<'_>) -> Result<(), DbError> {
    let sql = format!("DELETE FROM changes WHERE xact > 0 AND xact >= {}", tx.dialect().snapshot_xmax());
    tx.execute(&sql, &[]).map(drop)
}

/// Deletes changes that are too old to be resumed from: those before the oldest recent one, whatever their recorded
/// times, and never the newest. So every change after a kept one is kept.
///
/// # Errors
/// If the database fails.
pub fn prune(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), DbError> {
    let before = now - RETENTION;
    // Where one process writes, the identifier is the place, and there is no index of the other column.
    let (place, numbered, oldest, newest) = match tx.dialect() {
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
        tx.execute(&format!("DELETE FROM changes WHERE {place} < ($1, $2)"), args![xact, &id])?;
    }
    Ok(())
}
