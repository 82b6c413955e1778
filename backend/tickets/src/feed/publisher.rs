//! The one task of a process that reads changes, for all its watchers.

use std::sync::atomic::Ordering;
use std::time::Duration;

use ticketing_platform::db::{Db, DbError};
use ticketing_platform::limits::LogThrottle;
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::signal::Listener;
use tokio::time::{Instant, sleep_until};

use super::batch::Batch;
use super::{Feed, PAGE};
use crate::store::{self, Changes};

/// A comment is sent so often, so that both ends notice a dead connection.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How soon changes are looked for again that must wait for a transaction that is under way.
const HELD_BACK: Duration = Duration::from_millis(20);
/// How often changes are looked for even when nothing notifies, where other processes make changes too.
const POLL: Duration = Duration::from_secs(1);
/// How long the publisher gathers changes after it has sent some: so long for each watcher, and this many times as long as
/// sending took, so that sending takes a bounded part of the processors.
const GATHER_PER_WATCHER: Duration = Duration::from_micros(30);
const GATHER_PER_SENDING: u32 = 3;
const MAX_GATHER: Duration = Duration::from_millis(500);

pub(super) struct Publisher {
    feed: Feed,
    db: Db,
    changed: Listener,
    wanted: Listener,
    last_sent: Instant,
    failed: LogThrottle,
}

/// When there may be something to publish.
enum Look {
    /// After a change is committed, or at this time at the latest.
    Notified(Instant),
    /// At this time.
    At(Instant),
}

impl Publisher {
    pub(super) fn new(feed: Feed, db: Db) -> Self {
        let (changed, wanted) = (feed.changed.listen(), feed.shared.wanted.listen());
        Self { feed, db, changed, wanted, last_sent: Instant::now(), failed: LogThrottle::default() }
    }

    pub(super) async fn run(mut self, shutdown: &Shutdown) {
        loop {
            let Some(head) = self.head() else {
                tokio::select! {
                    () = self.wanted.heard() => {}
                    () = shutdown.triggered() => return,
                }
                self.last_sent = Instant::now();
                continue;
            };
            let began = Instant::now();
            let look = match self.read(head).await {
                Ok(changes) => self.publish(changes, began).await,
                Err(error) => {
                    if let Some(times) = self.failed.occurred() {
                        tracing::warn!(%error, times, "reading the changes failed; retrying");
                    }
                    Look::At(began + POLL)
                }
            };
            if self.last_sent.elapsed() >= HEARTBEAT {
                self.send(Batch::heartbeat()).await;
            }
            let (notified, until) = match look {
                Look::Notified(until) => (true, until.min(self.last_sent + HEARTBEAT)),
                Look::At(until) => (false, until),
            };
            tokio::select! {
                () = self.changed.heard(), if notified => {}
                () = sleep_until(until) => {}
                () = shutdown.triggered() => return,
            }
        }
    }

    /// The position up to which changes are published; `None` while nobody watches.
    fn head(&self) -> Option<String> {
        let mut ring = self.feed.shared.ring();
        if self.feed.shared.watchers.load(Ordering::SeqCst) == 0 {
            *ring = None;
        }
        ring.as_ref().map(|ring| ring.head().to_owned())
    }

    async fn read(&self, head: String) -> Result<Changes, DbError> {
        self.db.read(move |tx| store::after(tx, &head, PAGE)).await
    }

    /// Sends changes; answers when to look for more.
    async fn publish(&mut self, changes: Changes, began: Instant) -> Look {
        let quiet = if self.db.is_shared() { POLL } else { HEARTBEAT };
        if changes.ready.is_empty() {
            // What is held back becomes readable without a notification of ours.
            return if changes.held_back {
                Look::At(began + HELD_BACK)
            } else {
                Look::Notified(began + quiet)
            };
        }
        let watchers = u32::try_from(self.feed.shared.watchers.load(Ordering::SeqCst)).unwrap_or(u32::MAX);
        let is_all = i64::try_from(changes.ready.len()).is_ok_and(|count| count < PAGE);
        self.send(Batch::new(&changes.ready)).await;
        if !is_all {
            return Look::At(began);
        }
        // A lone change goes out at once; those that follow it soon are sent together.
        let sent = Instant::now();
        let gather = GATHER_PER_WATCHER.saturating_mul(watchers).max((sent - began) * GATHER_PER_SENDING);
        Look::At(sent + gather.min(MAX_GATHER))
    }

    /// Wakes every watcher, group by group: between two of them other tasks run.
    async fn send(&mut self, batch: Batch) {
        self.last_sent = Instant::now();
        if let Some(ring) = self.feed.shared.ring().as_mut() {
            ring.push(batch);
        }
        for group in &self.feed.shared.groups {
            if group.is_heard() {
                group.ring();
                tokio::task::yield_now().await;
            }
        }
    }
}
