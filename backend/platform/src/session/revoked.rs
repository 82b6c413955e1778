//! Sessions that were ended before they expired: in memory for every request, in a table for every start.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use ticketing_sdk::{Timestamp, UserId};

use crate::args;
use crate::clock::Clock;
use crate::db::{Db, DbError, Migrations, Row, Tx};
use crate::shutdown::Shutdown;
use crate::signal::Signal;

/// The table `ended_sessions`.
pub const MIGRATIONS: Migrations = Migrations {
    part: "session",
    scripts: &[
        ("V1__ended_sessions", include_str!("../../migrations/session_V1__ended_sessions.sql")),
        ("V2__recorded_at", include_str!("../../migrations/session_V2__recorded_at.sql")),
        ("V3__xact", include_str!("../../migrations/session_V3__xact.sql")),
    ],
};

/// An expired session is forgotten this much later, in milliseconds: longer than any leeway in judging its expiry.
const KEPT_BEYOND: i64 = 60_000;

/// How far back a replica reads rows that carry no transaction number, which replicas of an older version write: longer
/// than clocks differ and transactions last.
const OVERLAP: Duration = Duration::from_secs(5 * 60);

/// How often a replica reads even when nothing rings.
const POLL: Duration = Duration::from_secs(1);

/// Forgetting is worth a pass over the set after so many additions.
const PRUNE_EVERY: usize = 256;

/// The ended sessions that have not expired yet. Clones share the set and its table.
#[derive(Debug, Clone)]
pub struct RevokedSessions {
    // jti → when the session would have expired, in unix milliseconds.
    set: Arc<RwLock<Set>>,
    table: Arc<Table>,
    clock: Clock,
}

#[derive(Debug, Default)]
struct Set {
    expiry: HashMap<String, i64>,
    added: usize,
}

/// What is known of one service's table.
#[derive(Debug, Default)]
struct Table {
    /// Rings when a session was recorded in it.
    recorded: Signal,
    /// How far it was read, unless it never was.
    read: Mutex<Option<Cursor>>,
}

/// How far a table was read: the next read begins here.
#[derive(Debug, Clone, Copy)]
struct Cursor {
    /// Every row of a transaction with a smaller number was read.
    xact: i64,
    /// Every row that was recorded before then was read, in unix milliseconds.
    time: i64,
}

impl RevokedSessions {
    /// An empty set.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { set: Arc::default(), table: Arc::default(), clock }
    }

    /// The same set for another service of this process, which records ended sessions in a table of its own. A session
    /// that one of them refuses is refused by all.
    #[must_use]
    pub fn with_own_table(&self) -> Self {
        Self { table: Arc::default(), ..self.clone() }
    }

    /// The set as the service's table has it.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn load(db: &Db, clock: Clock) -> Result<Self, DbError> {
        let revoked = Self::new(clock);
        revoked.refresh(db).await?;
        Ok(revoked)
    }

    /// Adds the sessions that were written to the table since the last call, by this or another replica, and answers how
    /// many rows it has read for that: the first call reads all, each further one only what is new.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn refresh(&self, db: &Db) -> Result<usize, DbError> {
        let now = self.clock.now().as_millis();
        let before = *self.table.read.lock().unwrap_or_else(PoisonError::into_inner);
        let (rows, xact) = db.read(move |tx| read(tx, before, now)).await?;
        let (count, mut set) = (rows.len(), self.set.write().unwrap_or_else(PoisonError::into_inner));
        set.expiry.extend(rows);
        set.forget_expired(count, now);
        drop(set);
        *self.table.read.lock().unwrap_or_else(PoisonError::into_inner) = Some(Cursor { xact, time: now });
        Ok(count)
    }

    /// Keeps the set as the table has it while other replicas write there too, until shutdown.
    pub async fn follow(self, db: Db, shutdown: Shutdown) {
        db.share_signal("ended_sessions", &self.table.recorded);
        let mut recorded = self.table.recorded.listen();
        loop {
            tokio::select! {
                // A ring or the poll: either way, look.
                _ = tokio::time::timeout(POLL, recorded.notified()) => {}
                () = shutdown.triggered() => return,
            }
            if let Err(error) = self.refresh(&db).await {
                tracing::warn!(%error, "the ended sessions could not be read; trying again");
            }
        }
    }

    /// Records in `tx` that a session has ended; `exp` is in seconds. Whether it was news. Once it is committed,
    /// [`insert`](Self::insert) refuses it here; other replicas hear of it.
    ///
    /// # Errors
    /// When the statement fails.
    pub fn record(&self, tx: &mut Tx<'_>, jti: &str, user_id: &UserId, exp: i64) -> Result<bool, DbError> {
        let sql = format!(
            "INSERT INTO ended_sessions (jti, user_id, expires_at, recorded_at, xact) VALUES ($1, $2, $3, $4, {}) \
             ON CONFLICT DO NOTHING",
            tx.dialect().current_xact_id()
        );
        tx.notify_on_commit(&self.table.recorded);
        Ok(tx.execute(&sql, args![jti, user_id, exp.saturating_mul(1000), self.clock.now()])? > 0)
    }

    /// Refuses a session from now on. Call it once its [`record`](Self::record) is committed. `exp` is in seconds.
    pub fn insert(&self, jti: &str, exp: i64) {
        let mut set = self.set.write().unwrap_or_else(PoisonError::into_inner);
        set.expiry.insert(jti.to_owned(), exp.saturating_mul(1000));
        set.forget_expired(1, self.clock.now().as_millis());
    }

    /// Whether this session was ended.
    #[must_use]
    pub fn contains(&self, jti: &str) -> bool {
        self.set.read().unwrap_or_else(PoisonError::into_inner).expiry.contains_key(jti)
    }

    /// How many are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.set.read().unwrap_or_else(PoisonError::into_inner).expiry.len()
    }

    /// Whether none is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Set {
    /// Counts additions, and forgets what has expired once there were enough of them.
    fn forget_expired(&mut self, added: usize, now: i64) {
        self.added += added;
        if self.added >= PRUNE_EVERY {
            self.added = 0;
            self.expiry.retain(|_, expiry| expiry.saturating_add(KEPT_BEYOND) > now);
        }
    }
}

/// Identifiers and expiry of ended sessions.
type Rows = Vec<(String, i64)>;

/// The rows after the cursor, and the transaction number before which this snapshot has seen everything. Numbers that
/// went back come from another server, to which the tables were moved: then everything is read again.
fn read(tx: &mut Tx<'_>, after: Option<Cursor>, now: i64) -> Result<(Rows, i64), DbError> {
    let dialect = tx.dialect();
    let seen =
        tx.query_one(&format!("SELECT {} AS seen", dialect.snapshot_xmin()), &[], |row| row.int("seen"))?;
    let unexpired = now - KEPT_BEYOND;
    let pair = |row: &Row<'_>| Ok((row.text("jti")?, row.int("expires_at")?));
    let after = after.filter(|cursor| dialect.is_shared() && cursor.xact <= seen);
    let Some(cursor) = after else {
        let sql = "SELECT jti, expires_at FROM ended_sessions WHERE expires_at > $1";
        return Ok((tx.query(sql, args![unexpired], pair)?, seen));
    };
    let numbered =
        "SELECT jti, expires_at FROM ended_sessions WHERE xact > 0 AND xact >= $1 AND expires_at > $2";
    let mut rows = tx.query(numbered, args![cursor.xact, unexpired], pair)?;
    let overlap = i64::try_from(OVERLAP.as_millis()).unwrap_or(i64::MAX);
    let unnumbered =
        "SELECT jti, expires_at FROM ended_sessions WHERE xact = 0 AND recorded_at >= $1 AND expires_at > $2";
    rows.extend(tx.query(unnumbered, args![cursor.time.saturating_sub(overlap), unexpired], pair)?);
    Ok((rows, seen))
}

/// Whether the table has this session, whatever is in memory.
///
/// # Errors
/// When the statement fails.
pub fn is_recorded(tx: &mut Tx<'_>, jti: &str) -> Result<bool, DbError> {
    let found =
        tx.query_opt("SELECT jti FROM ended_sessions WHERE jti = $1", args![jti], |row| row.text("jti"))?;
    Ok(found.is_some())
}

/// Forgets the sessions that have expired since; how many.
///
/// # Errors
/// When the statement fails.
pub fn prune(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, DbError> {
    tx.execute("DELETE FROM ended_sessions WHERE expires_at <= $1", args![now.as_millis() - KEPT_BEYOND])
}
