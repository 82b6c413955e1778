//! The one task of a process that reads changes, for all its watchers.

use std::sync::atomic::Ordering;
use std::time::Duration;

use ticketing_platform::db::{Db, DbError};
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::signal::Listener;
use ticketing_platform::telemetry::LogThrottle;
use tokio::time::{Instant, sleep, sleep_until};

use super::Feed;
use super::batch::Batch;
use crate::store::{self, Changes};

/// A comment is sent so often, so that both ends notice a dead connection.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How soon changes are looked for again that must wait for a transaction that is under way.
const HELD_BACK: Duration = Duration::from_millis(20);
/// How often changes are looked for even when nothing notifies, where other processes make changes too.
const POLL: Duration = Duration::from_secs(1);
/// Changes read at a time for all watchers: more than one process commits while it sends to thousands of them.
const PAGE: i64 = 1024;
/// The publisher rests this many times as long as it works, so that sending takes a bounded part of the processors.
const REST_PER_WORK: u32 = 3;
/// It rests at most so long for one batch. A change that comes while a batch is sent waits for the next one.
const MAX_REST: Duration = Duration::from_millis(120);
/// Shorter rests are added up, because a timer is no finer.
const MIN_REST: Duration = Duration::from_millis(2);

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
                    () = self.wanted.notified() => {}
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
                self.send(Batch::heartbeat(), &mut Pace::default()).await;
            }
            let (notified, until) = match look {
                Look::Notified(until) => (true, until.min(self.last_sent + HEARTBEAT)),
                Look::At(until) => (false, until),
            };
            tokio::select! {
                () = self.changed.notified(), if notified => {}
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
        let mut pace = Pace { worked: began.elapsed(), rested: Duration::ZERO };
        self.send(Batch::new(&changes.ready), &mut pace).await;
        // A lone change goes out at once; those that follow it soon are sent together.
        Look::At(Instant::now() + pace.owed())
    }

    /// Wakes every watcher, group by group. Between two groups other tasks run, and the publisher takes its rest there:
    /// a burst of writes to thousands of sockets would keep every core from the requests that come meanwhile.
    async fn send(&mut self, batch: Batch, pace: &mut Pace) {
        self.last_sent = Instant::now();
        if let Some(ring) = self.feed.shared.ring().as_mut() {
            ring.push(batch);
        }
        for group in &self.feed.shared.groups {
            if !group.has_listeners() {
                continue;
            }
            let began = Instant::now();
            group.notify();
            tokio::task::yield_now().await;
            pace.worked += began.elapsed();
            if pace.owed() >= MIN_REST {
                let began = Instant::now();
                sleep(pace.owed()).await;
                pace.rested += began.elapsed();
            }
        }
    }
}

/// How long the publisher has worked on a batch, and how long it has rested meanwhile.
#[derive(Debug, Default)]
struct Pace {
    worked: Duration,
    rested: Duration,
}

impl Pace {
    /// How long the publisher has to rest now.
    fn owed(&self) -> Duration {
        self.worked.saturating_mul(REST_PER_WORK).min(MAX_REST).saturating_sub(self.rested)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owed(worked: u64, rested: u64) -> u128 {
        let millis = Duration::from_millis;
        Pace { worked: millis(worked), rested: millis(rested) }.owed().as_millis()
    }

    #[test]
    fn publisher_rests_in_proportion_to_work_up_to_bound() {
        assert_eq!(owed(0, 0), 0);
        assert_eq!(owed(5, 0), 15);
        assert_eq!(owed(5, 10), 5, "it has rested between two groups");
        assert_eq!(owed(5, 20), 0, "a timer was late");
        assert_eq!(owed(1000, 0), MAX_REST.as_millis(), "a change is never late for rests alone");
        assert_eq!(owed(1000, 130), 0);
    }
}
