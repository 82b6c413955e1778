//! A lease that elects the replica of a service that publishes.
//!
//! A lease saves work; correctness does not depend on a single holder. Two replicas that publish at once, since a clock is
//! wrong or one was suspended, publish the same events in the same order, and the bus takes each once.

use std::time::Duration;

use ticketing_platform::args;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Db, DbError, Tx};
use ticketing_platform::signal::Signal;
use ticketing_sdk::Timestamp;

/// The lifetime of a lease. When its holder fails, another replica takes over after this time.
const LEASE_DURATION: Duration = Duration::from_secs(3);
/// The age at which the holder renews it.
const RENEW_INTERVAL: Duration = Duration::from_secs(1);

/// A lease in a shared database. In a database of one process it is always held.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    name: &'static str,
    holder: String,
    /// The system clock: tests can move the clock of the marketplace.
    wall_clock: Clock,
    renewed: Option<Timestamp>,
}

impl Lease {
    pub(crate) fn new(name: &'static str) -> Self {
        let wall_clock = Clock::system();
        Self { name, holder: wall_clock.new_id(), wall_clock, renewed: None }
    }

    /// Returns whether this replica holds the lease, acquiring or renewing it where needed.
    pub(crate) async fn is_held(&mut self, db: &Db) -> Result<bool, DbError> {
        if !db.is_shared() {
            return Ok(true);
        }
        let now = self.wall_clock.now();
        if self
            .renewed
            .is_some_and(|renewed| renewed <= now && now.saturating_duration_since(renewed) < RENEW_INTERVAL)
        {
            return Ok(true);
        }
        let (name, holder) = (self.name, self.holder.clone());
        let held = db.write_read_committed(move |tx| take(tx, name, &holder, now)).await?;
        self.renewed = held.then_some(now);
        Ok(held)
    }

    /// Releases the lease, and notifies `waiting` so that another replica acquires it at once.
    pub(crate) async fn release(&mut self, db: &Db, waiting: &Signal) {
        if self.renewed.take().is_none() {
            return;
        }
        let (name, holder, waiting) = (self.name, self.holder.clone(), waiting.clone());
        let given = db.write_read_committed(move |tx| {
            tx.notify_on_commit(&waiting);
            tx.execute("DELETE FROM leases WHERE name = $1 AND holder = $2", args![name, &holder])
        });
        if let Err(error) = given.await {
            let error: DbError = error;
            tracing::debug!(%error, "lease release failed; the lease expires");
        }
    }
}

/// Acquires or renews a lease, in one statement. An expiry beyond the horizon comes from a wrong clock and is ignored.
fn take(tx: &mut Tx<'_>, name: &str, holder: &str, now: Timestamp) -> Result<bool, DbError> {
    let (expires_at, horizon) = (now + LEASE_DURATION, now + LEASE_DURATION * 2);
    let taken = tx.execute(
        "INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, $3) \
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at \
         WHERE leases.holder = excluded.holder OR leases.expires_at <= $4 OR leases.expires_at > $5",
        args![name, holder, expires_at, now, horizon],
    )?;
    Ok(taken > 0)
}
