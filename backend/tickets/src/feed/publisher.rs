//! The publisher: the task of a process that reads changes for all its watchers.

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

/// The interval of heartbeats, by which both ends detect a dead connection.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// The poll interval while changes wait for a running transaction.
const HELD_BACK_POLL: Duration = Duration::from_millis(20);
/// The poll interval without a notification, on a shared database.
const POLL: Duration = Duration::from_secs(1);
/// The number of changes in one read: more than a process commits while it sends to thousands of watchers.
const PAGE: i64 = 1024;
/// The ratio of rest to work of the publisher, which bounds its CPU time.
const PAUSE_PER_WORK: u32 = 3;
/// The longest rest for one batch, which delays the next batch.
const MAX_PAUSE: Duration = Duration::from_millis(120);
/// The shortest rest: shorter ones are accumulated, because of the resolution of timers.
const MIN_PAUSE: Duration = Duration::from_millis(2);

pub(super) struct Publisher {
    feed: Feed,
    db: Db,
    changed: Listener,
    wanted: Listener,
    last_sent: Instant,
    failed: LogThrottle,
}

/// The time of the next read.
enum NextRead {
    /// After a notification, at the latest at this time.
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
            let next = match self.read(head).await {
                Ok(changes) => self.publish(changes, began).await,
                Err(error) => {
                    if let Some(times) = self.failed.count() {
                        tracing::warn!(%error, times, "reading the change feed failed; retrying");
                    }
                    NextRead::At(began + POLL)
                }
            };
            if self.last_sent.elapsed() >= HEARTBEAT {
                self.send(Batch::heartbeat(), &mut Throttle::default()).await;
            }
            let (notified, until) = match next {
                NextRead::Notified(until) => (true, until.min(self.last_sent + HEARTBEAT)),
                NextRead::At(until) => (false, until),
            };
            tokio::select! {
                () = self.changed.notified(), if notified => {}
                () = sleep_until(until) => {}
                () = shutdown.triggered() => return,
            }
        }
    }

    /// Returns the position of the last published change, or `None` without watchers.
    fn head(&self) -> Option<String> {
        let mut ring = self.feed.shared.ring.lock();
        if self.feed.shared.watchers.load(Ordering::SeqCst) == 0 {
            *ring = None;
        }
        ring.as_ref().map(|ring| ring.head().to_owned())
    }

    async fn read(&self, head: String) -> Result<Changes, DbError> {
        self.db.read(move |tx| store::changes_after(tx, &head, PAGE)).await
    }

    /// Sends changes. Returns the time of the next read.
    async fn publish(&mut self, changes: Changes, began: Instant) -> NextRead {
        let quiet = if self.db.is_shared() { POLL } else { HEARTBEAT };
        if changes.ready.is_empty() {
            // Held-back changes become readable without a notification.
            return if changes.held_back {
                NextRead::At(began + HELD_BACK_POLL)
            } else {
                NextRead::Notified(began + quiet)
            };
        }
        let mut pace = Throttle { worked: began.elapsed(), paused: Duration::ZERO };
        self.send(Batch::new(&changes.ready), &mut pace).await;
        // A single change is sent at once; changes soon after it are sent together.
        NextRead::At(Instant::now() + pace.due_pause())
    }

    /// Notifies the watchers group by group. The publisher yields and rests between groups, because a burst of writes
    /// to thousands of sockets would delay requests.
    async fn send(&mut self, batch: Batch, pace: &mut Throttle) {
        self.last_sent = Instant::now();
        if let Some(ring) = self.feed.shared.ring.lock().as_mut() {
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
            if pace.due_pause() >= MIN_PAUSE {
                let began = Instant::now();
                sleep(pace.due_pause()).await;
                pace.paused += began.elapsed();
            }
        }
    }
}

/// The work and rest of the publisher for a batch.
#[derive(Debug, Default)]
struct Throttle {
    worked: Duration,
    paused: Duration,
}

impl Throttle {
    /// Returns the rest that is due now.
    fn due_pause(&self) -> Duration {
        self.worked.saturating_mul(PAUSE_PER_WORK).min(MAX_PAUSE).saturating_sub(self.paused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due_pause(worked: u64, paused: u64) -> u128 {
        let millis = Duration::from_millis;
        Throttle { worked: millis(worked), paused: millis(paused) }.due_pause().as_millis()
    }

    #[test]
    fn publisher_rests_in_proportion_to_work_up_to_bound() {
        assert_eq!(due_pause(0, 0), 0);
        assert_eq!(due_pause(5, 0), 15);
        assert_eq!(due_pause(5, 10), 5, "half of it was paused between two groups");
        assert_eq!(due_pause(5, 20), 0, "a timer was late");
        assert_eq!(due_pause(1000, 0), MAX_PAUSE.as_millis(), "the rest is bounded");
        assert_eq!(due_pause(1000, 130), 0);
    }
}
