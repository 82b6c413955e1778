//! The relay: publishes what the outbox holds, in order, and marks it. The row is the truth, the bus the messenger.

use std::time::Duration;

use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Db, DbError};
use ticketing_platform::shutdown::Shutdown;

use crate::lease::Lease;
use crate::{Bus, BusError, Outbox, outbox};

/// Rows published together at most.
const BATCH: i64 = 256;
/// From so many rows at once on, the service is busy: then the relay lets more gather before it publishes again, so
/// that a wait for the disk serves many events. A lone event goes out at once.
const BUSY: usize = 16;
const GATHER: Duration = Duration::from_millis(20);
/// How often the relay looks even when nothing rings: rows that a crash left behind, or another replica's.
const POLL: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Publishes one service's outbox.
#[derive(Clone, Debug)]
pub struct Relay {
    db: Db,
    bus: Bus,
    outbox: Outbox,
    clock: Clock,
    lease: Lease,
}

#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Bus(#[from] BusError),
}

impl Relay {
    /// A relay of the outbox in `db`.
    #[must_use]
    pub fn new(db: Db, bus: Bus, outbox: Outbox, clock: Clock) -> Self {
        Self { db, bus, outbox, clock, lease: Lease::new("relay") }
    }

    /// Publishes until shutdown. Of several replicas one does; the others take over when it is gone.
    pub async fn run(mut self, shutdown: Shutdown) {
        self.db.share("outbox", self.outbox.waiting());
        self.relay(&shutdown).await;
        self.lease.give_back(&self.db, self.outbox.waiting()).await;
    }

    async fn relay(&mut self, shutdown: &Shutdown) {
        if self.db.is_shared()
            && let Err(error) = self.db.write(outbox::adopt).await
        {
            tracing::warn!(%error, "the outbox could not be looked through");
        }
        let mut waiting = self.outbox.waiting().listen();
        let mut recovery = self.bus.recovery();
        let mut pause = FIRST_PAUSE;
        loop {
            match self.publish_batch().await {
                Ok(published) => {
                    pause = FIRST_PAUSE;
                    let more = async {
                        match published {
                            0 => drop(tokio::time::timeout(POLL, waiting.heard()).await),
                            BUSY.. => tokio::time::sleep(GATHER).await,
                            _ => {}
                        }
                    };
                    tokio::select! {
                        () = more => {}
                        () = shutdown.triggered() => return,
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "the outbox could not be relayed; trying again");
                    metrics::counter!("relay_failures_total").increment(1);
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        () = recovery.heard() => {}
                        () = shutdown.triggered() => return,
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Publishes one batch; answers how many events were in it.
    async fn publish_batch(&mut self) -> Result<usize, RelayError> {
        if !self.lease.is_held(&self.db).await? {
            return Ok(0);
        }
        let batch = self.db.read(|tx| outbox::unpublished(tx, BATCH)).await?;
        let published = batch.len();
        if published > 0 {
            let ids: Vec<String> = batch.iter().map(|envelope| envelope.id.clone()).collect();
            self.bus.publish(batch).await?;
            let now = self.clock.now();
            self.db.write_blindly(move |tx| outbox::mark_published(tx, &ids, now)).await?;
            metrics::counter!("events_published_total").increment(published as u64);
        }
        Ok(published)
    }
}
