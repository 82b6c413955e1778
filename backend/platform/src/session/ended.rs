//! Sessions that were ended before they expired: in memory for every request, in a table for every start.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use ticketing_sdk::{Timestamp, UserId};

use crate::args;
use crate::clock::Clock;
use crate::db::{Db, DbError, Migrations, Tx};
use crate::shutdown::Shutdown;
use crate::signal::Signal;

/// The table `ended_sessions`.
pub const MIGRATIONS: Migrations = Migrations {
    part: "session",
    scripts: &[
        ("V1__ended_sessions", include_str!("../../migrations/session_V1__ended_sessions.sql")),
        ("V2__recorded_at", include_str!("../../migrations/session_V2__recorded_at.sql")),
    ],
};

/// An expired session is forgotten this much later, in milliseconds: longer than any leeway in judging its expiry.
const KEPT_BEYOND: i64 = 60_000;

/// How far back a replica reads for what it has missed: longer than clocks differ and transactions last.
const OVERLAP: Duration = Duration::from_secs(5 * 60);

/// How often a replica reads even when nothing rings.
const POLL: Duration = Duration::from_secs(1);

/// Forgetting is worth a pass over the set after so many additions.
const PRUNE_EVERY: usize = 256;

/// The ended sessions that have not expired yet. Clones share the set.
#[derive(Debug, Clone)]
pub struct Ended {
    // jti → when the session would have expired, in unix milliseconds.
    set: Arc<RwLock<Set>>,
    clock: Clock,
    /// Rings when one was recorded.
    recorded: Signal,
}

#[derive(Debug, Default)]
struct Set {
    expiry: HashMap<String, i64>,
    added: usize,
    /// Everything that was recorded before then is in it.
    read: Option<Timestamp>,
}

impl Ended {
    /// An empty set.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { set: Arc::default(), clock, recorded: Signal::default() }
    }

    /// The set as the service's table has it.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn load(db: &Db, clock: Clock) -> Result<Self, DbError> {
        let ended = Self::new(clock);
        ended.refresh(db).await?;
        Ok(ended)
    }

    /// Adds what another replica may have written to the table since.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn refresh(&self, db: &Db) -> Result<(), DbError> {
        let now = self.clock.now();
        let after = now.as_millis() - KEPT_BEYOND;
        let read = self.set.read().unwrap_or_else(PoisonError::into_inner).read;
        let overlap = i64::try_from(OVERLAP.as_millis()).unwrap_or(i64::MAX);
        let since = read.map_or(0, |read| read.as_millis().saturating_sub(overlap));
        let rows = db
            .read(move |tx| {
                let sql =
                    "SELECT jti, expires_at FROM ended_sessions WHERE expires_at > $1 AND recorded_at >= $2";
                tx.query(sql, args![after, since], |row| Ok((row.text("jti")?, row.int("expires_at")?)))
            })
            .await?;
        let mut set = self.set.write().unwrap_or_else(PoisonError::into_inner);
        set.expiry.extend(rows);
        set.read = Some(now);
        Ok(())
    }

    /// Keeps the set as the table has it while other replicas write there too, until shutdown.
    pub async fn follow(self, db: Db, shutdown: Shutdown) {
        db.share("ended_sessions", &self.recorded);
        let mut recorded = self.recorded.listen();
        loop {
            tokio::select! {
                // A ring or the poll: either way, look.
                _ = tokio::time::timeout(POLL, recorded.heard()) => {}
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
        let sql = "INSERT INTO ended_sessions (jti, user_id, expires_at, recorded_at) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT DO NOTHING";
        tx.ring_on_commit(&self.recorded);
        Ok(tx.execute(sql, args![jti, user_id, exp.saturating_mul(1000), self.clock.now()])? > 0)
    }

    /// Refuses a session from now on. Call it once its [`record`](Self::record) is committed. `exp` is in seconds.
    pub fn insert(&self, jti: &str, exp: i64) {
        let mut set = self.set.write().unwrap_or_else(PoisonError::into_inner);
        set.expiry.insert(jti.to_owned(), exp.saturating_mul(1000));
        set.added += 1;
        if set.added >= PRUNE_EVERY {
            set.added = 0;
            let now = self.clock.now().as_millis();
            set.expiry.retain(|_, expiry| expiry.saturating_add(KEPT_BEYOND) > now);
        }
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

/// Forgets the sessions that have expired since; how many.
///
/// # Errors
/// When the statement fails.
pub fn prune(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, DbError> {
    tx.execute("DELETE FROM ended_sessions WHERE expires_at <= $1", args![now.as_millis() - KEPT_BEYOND])
}
