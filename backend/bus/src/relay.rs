//! The relay: publishes the rows of the outbox in order, and marks them. The outbox row is authoritative.

use std::time::Duration;

use futures_util::future::join3;
use ticketing_events::Envelope;
use ticketing_platform::backoff::Backoff;
use ticketing_platform::kill_point;
use ticketing_platform::outage::WriterOutage;
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::telemetry::Span;

use crate::lease::Lease;
use crate::outbox::{OutboxCursor, UnpublishedBatch};
use crate::{Bus, OutboxError, ServiceCore, outbox, probe, spans};

/// The maximum number of rows in one batch.
const BATCH: usize = 1024;
/// The maximum number of rows before the relay reads from the oldest row again: rows to republish come first.
const MAX_ROUND: usize = 32 * BATCH;
/// The batch sizes after which the relay waits for [`COALESCE_DELAY`], so that one sync to disk serves many events. A single
/// event is published at once, and so are the rows after a large batch.
const COALESCED_ROWS: std::ops::Range<usize> = 16..256;
/// The wait for further rows.
const COALESCE_DELAY: Duration = Duration::from_millis(20);
/// The poll interval without a notification, which finds rows of a crashed process or another replica.
const POLL: Duration = Duration::from_secs(1);
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(5));

/// Publishes the outbox of a service.
#[derive(Clone, Debug)]
pub struct Relay {
    core: ServiceCore,
    bus: Bus,
    lease: Lease,
    outage: WriterOutage,
}

impl Relay {
    /// Creates the relay of a service.
    pub(crate) fn new(core: ServiceCore, bus: Bus) -> Self {
        let outage = WriterOutage::new(format!("relay of {}", core.db.name()));
        Self { core, bus, lease: Lease::new("relay"), outage }
    }

    /// Publishes until shutdown. One replica publishes; another one takes over if it stops.
    pub async fn run(mut self, shutdown: Shutdown) {
        self.core.db.share_signal("outbox", self.core.outbox.append_signal());
        self.relay(&shutdown).await;
        self.lease.release(&self.core.db, self.core.outbox.append_signal()).await;
    }

    async fn relay(&mut self, shutdown: &Shutdown) {
        if self.core.db.is_shared()
            && let Err(error) = self.core.db.write(outbox::reset_foreign_xids).await
        {
            tracing::warn!(%error, "foreign transaction ids in the outbox could not be reset");
        }
        let mut waiting = self.core.outbox.append_signal().listen();
        let mut reconnects = self.bus.reconnects();
        let mut failures = 0_u32;
        let mut is_unwritable = false;
        loop {
            let looked = self.publish_waiting(is_unwritable).await;
            is_unwritable = matches!(&looked, Err(OutboxError::Db(error)) if error.is_outage());
            match looked {
                Ok(published) => {
                    failures = 0;
                    self.outage.succeed();
                    let more = async {
                        match published {
                            0 => drop(tokio::time::timeout(POLL, waiting.notified()).await),
                            many if COALESCED_ROWS.contains(&many) => {
                                tokio::time::sleep(COALESCE_DELAY).await
                            }
                            _ => {}
                        }
                    };
                    let Some(()) = shutdown.run_until_triggered(more).await else { return };
                }
                Err(error) => {
                    failures = failures.saturating_add(1);
                    let pause = if let Some(error) = error.outage() {
                        self.outage.fail(error)
                    } else {
                        tracing::warn!(%error, "outbox relay failed; retrying");
                        BACKOFF.delay(failures)
                    };
                    metrics::counter!("relay_failures_total").increment(1);
                    if matches!(error, OutboxError::Bus(_)) {
                        // Only the connection of this replica may be broken.
                        self.lease.release(&self.core.db, self.core.outbox.append_signal()).await;
                    }
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        () = reconnects.notified() => {}
                        () = shutdown.triggered() => return,
                    }
                }
            }
        }
    }

    /// Publishes and marks at most one round of unpublished rows. Returns the number of events. While a batch is
    /// published, the previous one is marked and the next one is read. After an error the rows are published again
    /// under the same identifiers. After an outage the database is written first: rows that cannot be marked would be
    /// published again and again.
    async fn publish_waiting(&mut self, is_unwritable: bool) -> Result<usize, OutboxError> {
        if is_unwritable {
            probe::write(&self.core.db, self.core.clock.now()).await?;
        }
        if !self.lease.is_held(&self.core.db).await? {
            return Ok(0);
        }
        let (mut published, mut unmarked) = (0, Vec::new());
        let mut batch = self.read_unpublished(None).await?;
        while !batch.events.is_empty() {
            let ids: Vec<String> = batch.events.iter().map(|event| event.id.clone()).collect();
            published += ids.len();
            let goes_on =
                ids.len() == BATCH && published < MAX_ROUND && self.lease.is_held(&self.core.db).await?;
            let following = async {
                match batch.settled {
                    Some(place) if goes_on => self.read_unpublished(Some(place)).await,
                    _ => Ok(UnpublishedBatch::default()),
                }
            };
            // The previous batch is in the log, so the order of the two is fixed.
            let (sent, marked, found) =
                join3(self.publish(batch.events), self.mark(unmarked), following).await;
            sent?;
            marked?;
            (unmarked, batch) = (ids, found?);
        }
        self.mark(unmarked).await?;
        Ok(published)
    }

    /// Reads the oldest unpublished events after a cursor.
    async fn read_unpublished(&self, after: Option<OutboxCursor>) -> Result<UnpublishedBatch, OutboxError> {
        Ok(self.core.db.read(move |tx| outbox::read_unpublished(tx, after.as_ref(), BATCH)).await?)
    }

    async fn publish(&self, mut batch: Vec<Envelope>) -> Result<(), OutboxError> {
        let count = batch.len();
        let (service, system) = (self.core.db.name(), self.bus.system());
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

    async fn mark(&self, batch: Vec<String>) -> Result<(), OutboxError> {
        if batch.is_empty() {
            return Ok(());
        }
        let now = self.core.clock.now();
        Ok(self.core.db.write_read_committed(move |tx| outbox::mark_published(tx, &batch, now)).await?)
    }
}
