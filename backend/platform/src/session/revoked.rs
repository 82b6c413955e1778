//! The sessions that were revoked before they expired: in memory for each request, in a table for each start.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use ticketing_sdk::{Timestamp, UserId};

use crate::args;
use crate::clock::Clock;
use crate::db::{Db, DbError, Migrations, Row, Tx};
use crate::shutdown::Shutdown;
use crate::signal::Signal;

/// The table `revoked_sessions`.
pub const MIGRATIONS: Migrations = Migrations {
    part: "session",
    scripts: &[("V1__revoked_sessions", include_str!("../../migrations/session_V1__revoked_sessions.sql"))],
};

/// How long after its expiry a session is removed, in milliseconds. Longer than the clocks of two replicas differ.
const RETENTION_AFTER_EXPIRY: i64 = 60_000;

/// How often a replica reads without a notification.
const POLL: Duration = Duration::from_secs(1);

/// Expired sessions are removed from memory after this number of additions.
const PRUNE_EVERY: usize = 256;

/// The revoked sessions that have not expired yet. Clones share the set and its table.
#[derive(Debug, Clone)]
pub struct RevokedSessions {
    set: Arc<RwLock<Set>>,
    table: Arc<Table>,
    clock: Clock,
}

#[derive(Debug, Default)]
struct Set {
    /// The expiry of each session by its `jti`, in Unix milliseconds.
    expiry: HashMap<String, i64>,
    added_since_prune: usize,
}

/// The state of the table of one service.
#[derive(Debug, Default)]
struct Table {
    /// Notified when a session is recorded in the table.
    recorded: Signal,
    /// The number of the transaction before which every row was read; `None` before the first read.
    cursor: Mutex<Option<i64>>,
}

impl RevokedSessions {
    /// Creates an empty set.
    pub fn new(clock: Clock) -> Self {
        Self { set: Arc::default(), table: Arc::default(), clock }
    }

    /// Returns the same set for another service of this process, with a table of its own. A session that one of the
    /// services refuses is refused by all.
    pub fn with_own_table(&self) -> Self {
        Self { table: Arc::default(), ..self.clone() }
    }

    /// Loads the set from the table of the service.
    ///
    /// # Errors
    /// If the table cannot be read.
    pub async fn load(db: &Db, clock: Clock) -> Result<Self, DbError> {
        let revoked = Self::new(clock);
        revoked.refresh(db).await?;
        Ok(revoked)
    }

    /// Adds the sessions that any replica has written to the table since the last call. Returns the number of read
    /// rows: the first call reads all, later ones only new rows.
    ///
    /// # Errors
    /// If the table cannot be read.
    pub async fn refresh(&self, db: &Db) -> Result<usize, DbError> {
        let now = self.clock.now().as_millis();
        let before = *self.table.cursor.lock();
        let (rows, xmin) = db.read(move |tx| read(tx, before, now)).await?;
        let (count, mut set) = (rows.len(), self.set.write());
        set.expiry.extend(rows);
        set.count_added(count, now);
        drop(set);
        *self.table.cursor.lock() = Some(xmin);
        Ok(count)
    }

    /// Adds the sessions that other replicas write to the table, until shutdown.
    pub async fn follow(self, db: Db, shutdown: Shutdown) {
        db.share_signal("revoked_sessions", &self.table.recorded);
        let mut recorded = self.table.recorded.listen();
        // After a notification or the poll interval.
        while shutdown.run_until_triggered(tokio::time::timeout(POLL, recorded.notified())).await.is_some() {
            if let Err(error) = self.refresh(&db).await {
                tracing::warn!(%error, "refresh of revoked sessions failed; retrying");
            }
        }
    }

    /// Records a revoked session in `tx`. `exp` is its expiry in seconds. Returns `false` if it was recorded before.
    /// After the commit, call [`insert`](Self::insert) to refuse the session in this process; other replicas are
    /// notified.
    ///
    /// # Errors
    /// If the statement fails.
    pub fn record(&self, tx: &mut Tx<'_>, jti: &str, user_id: &UserId, exp: i64) -> Result<bool, DbError> {
        let sql = format!(
            "INSERT INTO revoked_sessions (jti, user_id, expires_at, recorded_at, xact) VALUES ($1, $2, $3, $4, {}) \
             ON CONFLICT DO NOTHING",
            tx.dialect().current_xact_id()
        );
        tx.notify_on_commit(&self.table.recorded);
        Ok(tx.execute(&sql, args![jti, user_id, exp.saturating_mul(1000), self.clock.now()])? > 0)
    }

    /// Refuses a session from now on. Call it after [`record`](Self::record) is committed. `exp` is in seconds.
    pub fn insert(&self, jti: &str, exp: i64) {
        let mut set = self.set.write();
        set.expiry.insert(jti.to_owned(), exp.saturating_mul(1000));
        set.count_added(1, self.clock.now().as_millis());
    }

    /// Returns whether this session is revoked.
    pub fn contains(&self, jti: &str) -> bool {
        self.set.read().expiry.contains_key(jti)
    }

    /// Returns the number of sessions in memory.
    pub fn len(&self) -> usize {
        self.set.read().expiry.len()
    }

    /// Returns whether no session is in memory.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Set {
    /// Counts additions. After [`PRUNE_EVERY`] of them, removes expired sessions.
    fn count_added(&mut self, added: usize, now: i64) {
        self.added_since_prune += added;
        if self.added_since_prune >= PRUNE_EVERY {
            self.added_since_prune = 0;
            self.expiry.retain(|_, expiry| expiry.saturating_add(RETENTION_AFTER_EXPIRY) > now);
        }
    }
}

/// Identifiers and expiry times of revoked sessions.
type Rows = Vec<(String, i64)>;

/// Reads the rows after the cursor, and the xmin of the snapshot. If xmin is smaller than the cursor, the tables were
/// moved to another server: then all rows are read again.
fn read(tx: &mut Tx<'_>, after: Option<i64>, now: i64) -> Result<(Rows, i64), DbError> {
    let dialect = tx.dialect();
    let xmin =
        tx.query_one(&format!("SELECT {} AS xmin", dialect.snapshot_xmin()), &[], |row| row.int("xmin"))?;
    let unexpired = now - RETENTION_AFTER_EXPIRY;
    let pair = |row: &Row<'_>| Ok((row.text("jti")?, row.int("expires_at")?));
    let rows = match after.filter(|xact| dialect.is_shared() && *xact <= xmin) {
        Some(xact) => tx.query(
            "SELECT jti, expires_at FROM revoked_sessions WHERE xact > 0 AND xact >= $1 AND expires_at > $2",
            args![xact, unexpired],
            pair,
        ),
        None => tx.query(
            "SELECT jti, expires_at FROM revoked_sessions WHERE expires_at > $1",
            args![unexpired],
            pair,
        ),
    };
    Ok((rows?, xmin))
}

/// Returns whether the table of revoked sessions has this session. A replica that has not read the row yet lacks it in
/// memory.
///
/// # Errors
/// If the statement fails.
pub fn is_revoked(tx: &mut Tx<'_>, jti: &str) -> Result<bool, DbError> {
    let found =
        tx.query_opt("SELECT jti FROM revoked_sessions WHERE jti = $1", args![jti], |row| row.text("jti"))?;
    Ok(found.is_some())
}

/// Deletes the sessions that have expired. Returns their number.
///
/// # Errors
/// If the statement fails.
pub fn prune(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, DbError> {
    tx.execute(
        "DELETE FROM revoked_sessions WHERE expires_at <= $1",
        args![now.as_millis() - RETENTION_AFTER_EXPIRY],
    )
}
