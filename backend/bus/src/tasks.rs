//! The tasks that connect a service to the bus, and the pruning of its old rows.

use std::time::Duration;

use ticketing_events::SessionEnded;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::idempotency;
use ticketing_platform::session::{self, RevokedSessions};
use ticketing_platform::shutdown::Shutdown;
use ticketing_sdk::Timestamp;

use crate::{ApplyOutcome, Bus, Consumers, Relay, ServiceCore, outbox};

/// How often old rows are pruned.
const PRUNE_INTERVAL: Duration = Duration::from_secs(3600);

impl ServiceCore {
    /// Creates the consumer `durable`. With sessions it has the handler of `session:ended`, otherwise none.
    pub fn consumers(&self, durable: &'static str) -> Consumers {
        let consumers = Consumers::new(durable, self.clone());
        match self.revoked.clone() {
            Some(revoked) => consumers.on_with_context(revoked, revoke),
            None => consumers,
        }
    }

    /// Starts the relay, the consumers, if there are any, and the pruning of published and applied events; with sessions also
    /// that of answered requests and ended sessions.
    pub fn start(&self, bus: &Bus, consumers: Option<Consumers>, shutdown: &Shutdown) {
        shutdown.spawn(Relay::new(self.clone(), bus.clone()).run(shutdown.clone()));
        if let Some(consumers) = consumers {
            bus.register_consumer(consumers.durable());
            shutdown.spawn(consumers.run(bus.clone(), shutdown.clone()));
        }
        if let Some(revoked) = self.revoked.clone().filter(|_| self.db.is_shared()) {
            shutdown.spawn(revoked.follow(self.db.clone(), shutdown.clone()));
        }
        // Apart, so that an error of one leaves the other as it is.
        self.start_pruning(shutdown, outbox::prune);
        if self.revoked.is_some() {
            self.start_pruning(shutdown, |tx, now| {
                idempotency::prune(tx, now)?;
                session::prune(tx, now).map(drop)
            });
        }
    }

    /// Runs `prune` now and every hour. It deletes the rows past their retention at the given time.
    pub fn start_pruning(
        &self,
        shutdown: &Shutdown,
        prune: impl Fn(&mut Tx<'_>, Timestamp) -> Result<(), DbError> + Clone + Send + 'static,
    ) {
        let (core, stop) = (self.clone(), shutdown.clone());
        shutdown.spawn(async move {
            loop {
                let (now, prune) = (core.clock.now(), prune.clone());
                let pruned = core.db.write_read_committed(move |tx| {
                    prune(tx, now)?;
                    outbox::record_pruned(tx, now)
                });
                if let Err(error) = pruned.await {
                    tracing::warn!(%error, "pruning of old rows failed");
                }
                let pause = tokio::time::sleep(PRUNE_INTERVAL);
                let Some(()) = stop.run_until_triggered(pause).await else { return };
            }
        });
    }
}

/// Applies `session:ended`: revokes the session.
fn revoke(revoked: &RevokedSessions, tx: &mut Tx<'_>, event: &SessionEnded) -> Result<ApplyOutcome, DbError> {
    revoked.record(tx, &event.jti, &event.user_id, event.exp)?;
    // Revoked before the commit: if the commit fails, the event is redelivered.
    revoked.insert(&event.jti, event.exp);
    Ok(ApplyOutcome::Done)
}
