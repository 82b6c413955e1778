//! The changes of tickets, in order, for those who watch.
//!
//! A watcher has a place and reads what comes after it, so nothing may ever appear before a place that was passed.
//! Where one process writes, identifiers rise in the order of the commits, and the identifier is the place. Where many
//! do, the place is the number of the transaction and the identifier, and only changes are shown whose transactions are
//! older than every one that is still under way.

use std::time::Duration;

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Dialect, Row, Tx};
use ticketing_sdk::{Ticket, TicketChangeKind, Timestamp};

use super::tickets::Voice;

/// How long a change can be resumed from.
const RETENTION: Duration = Duration::from_secs(24 * 3600);

/// Every transaction before this one has ended, so nothing that is numbered lower will appear any more.
const HORIZON: &str = Dialect::Postgres.settled();

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
    voice: &Voice<'_>,
    id: &str,
    kind: TicketChangeKind,
    ticket: &Ticket,
) -> Result<(), DbError> {
    let body = serde_json::to_string(ticket).map_err(|error| DbError::Statement(error.to_string()))?;
    tx.post(
        &format!(
            "INSERT INTO changes (id, kind, body, changed_at, xact) VALUES ($1, $2, $3, $4, {})",
            tx.dialect().transaction()
        ),
        args![id, kind.as_str(), &body, voice.now],
    )?;
    tx.ring_on_commit(voice.feed.changed());
    Ok(())
}

/// The oldest changes after the place `place`.
///
/// # Errors
/// When the database fails.
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

/// The place before every change: it sorts before every identifier.
const BEFORE_ALL: &str = "00000000-0000-0000-0000-000000000000";

/// The place after every change that can be read now; a place before every change when there is none.
///
/// # Errors
/// When the database fails.
pub fn latest(tx: &mut Tx<'_>) -> Result<String, DbError> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => "SELECT id FROM changes ORDER BY id DESC LIMIT 1".to_owned(),
        Dialect::Postgres => format!(
            "SELECT {PLACE} AS id FROM changes WHERE xact > 0 AND xact < {HORIZON} ORDER BY xact DESC, id DESC LIMIT 1"
        ),
    };
    let newest = tx.query_opt(&sql, &[], |row| row.text("id"))?;
    Ok(newest.unwrap_or_else(|| BEFORE_ALL.to_owned()))
}

/// The newest place that can be read, and whether there are changes beyond it that must wait.
///
/// # Errors
/// When the database fails.
pub fn tail(tx: &mut Tx<'_>) -> Result<(String, bool), DbError> {
    let place = latest(tx)?;
    let sql = match tx.dialect() {
        Dialect::Sqlite => return Ok((place, false)),
        Dialect::Postgres => format!(
            "SELECT (xact >= {HORIZON})::int::bigint AS early FROM changes \
             WHERE xact > 0 ORDER BY xact DESC, id DESC LIMIT 1"
        ),
    };
    let held_back = tx.query_opt(&sql, &[], |row| row.flag("early"))?;
    Ok((place, held_back.unwrap_or(false)))
}

/// The place to resume from, where `place` can be resumed from. Numbers of another server, from which this one was
/// restored, may lie ahead of its own; who has such a place begins with what is new.
///
/// # Errors
/// When the database fails.
pub fn resume(tx: &mut Tx<'_>, place: &str) -> Result<String, DbError> {
    if tx.dialect() == Dialect::Postgres {
        let now = tx.query_one(&format!("SELECT {HORIZON} AS now"), &[], |row| row.int("now"))?;
        if parts(place).0 > now {
            return latest(tx);
        }
    }
    Ok(place.to_owned())
}

/// Where the tables were restored on another server, the numbers of its transactions may lie ahead of this one's: those
/// changes are forgotten, and whoever watches begins anew.
///
/// # Errors
/// When the database fails.
pub fn adopt(tx: &mut Tx<'_>) -> Result<(), DbError> {
    let sql = format!("DELETE FROM changes WHERE xact > 0 AND xact >= {}", tx.dialect().unseen());
    tx.execute(&sql, &[]).map(drop)
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
