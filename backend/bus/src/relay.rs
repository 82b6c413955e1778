//! The relay: publishes what the outbox holds, in order, and marks it. The row is the truth, the bus the messenger.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use futures_util::future::join;
use ticketing_events::Envelope;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Db, DbError};
use ticketing_platform::kill_point;
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::telemetry::Span;

use crate::lease::Lease;
use crate::{Bus, BusError, Outbox, outbox, spans};

/// Rows published together at most.
const BATCH: usize = 256;
/// From so many rows at once on, the service is busy: then the relay lets more gather before it publishes again, so
/// that a wait for the disk serves many events. A lone event goes out at once, and so does what follows a full batch.
const BUSY: usize = 16;
const GATHERING: std::ops::Range<usize> = BUSY..BATCH;
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
    /// What was found waiting and is published next.
    waiting: VecDeque<Envelope>,
    /// A full batch that was published, and is marked while the next one is.
    unmarked: Vec<String>,
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
        Self {
            db,
            bus,
            outbox,
            clock,
            lease: Lease::new("relay"),
            waiting: VecDeque::new(),
            unmarked: Vec::new(),
        }
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
                            many if GATHERING.contains(&many) => tokio::time::sleep(GATHER).await,
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
                    if matches!(error, RelayError::Bus(_)) {
                        // It may be our link alone that is broken.
                        self.lease.give_back(&self.db, self.outbox.waiting()).await;
                    }
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

    /// Publishes one batch, and marks it or a full one before it; answers how many events those are. Whatever fails is
    /// looked for again, and published once more under the same identifiers.
    async fn publish_batch(&mut self) -> Result<usize, RelayError> {
        let (mut waiting, unmarked) = (std::mem::take(&mut self.waiting), std::mem::take(&mut self.unmarked));
        if !self.lease.is_held(&self.db).await? {
            waiting.clear();
        } else if waiting.is_empty() && unmarked.is_empty() {
            waiting = self.db.read(|tx| outbox::unpublished(tx, 2 * BATCH)).await?.into();
        }
        let batch: Vec<Envelope> = waiting.drain(..waiting.len().min(BATCH)).collect();
        let ids: Vec<String> = batch.iter().map(|envelope| envelope.id.clone()).collect();
        let (published, marked) = (ids.len(), unmarked.len());
        if published + marked == 0 {
            return Ok(0);
        }
        // The batch before lies in the log already, so the order of the two is settled.
        let (said, found) = join(self.publish(batch), self.mark(unmarked, published > 0)).await;
        said?;
        self.waiting = if marked == 0 { waiting } else { without(found?, &ids) };
        if published == BATCH {
            self.unmarked = ids;
        } else {
            self.mark(ids, false).await?;
        }
        Ok(published + marked)
    }

    async fn publish(&self, mut batch: Vec<Envelope>) -> Result<(), RelayError> {
        let count = batch.len();
        if count == 0 {
            return Ok(());
        }
        let (service, system) = (self.db.name(), self.bus.system());
        let spans: Vec<Span> =
            batch.iter_mut().filter_map(|event| spans::publish(event, service, system)).collect();
        kill_point("before-publish");
        let done = self.bus.publish(batch).await;
        if let Err(error) = &done {
            spans.iter().for_each(|span| span.fail(error.to_string()));
        }
        done?;
        kill_point("before-mark");
        metrics::counter!("events_published_total").increment(count as u64);
        Ok(())
    }

    /// Marks a batch as published; answers what waits besides, if that is asked for.
    async fn mark(&self, batch: Vec<String>, look: bool) -> Result<Vec<Envelope>, RelayError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.clock.now();
        let marked = self.db.write_blindly(move |tx| {
            outbox::mark_published(tx, &batch, now)?;
            if look { outbox::unpublished(tx, 2 * BATCH) } else { Ok(Vec::new()) }
        });
        Ok(marked.await?)
    }
}

/// What is not under way already.
fn without(found: Vec<Envelope>, under_way: &[String]) -> VecDeque<Envelope> {
    let under_way: HashSet<&str> = under_way.iter().map(String::as_str).collect();
    found.into_iter().filter(|envelope| !under_way.contains(envelope.id.as_str())).collect()
}
