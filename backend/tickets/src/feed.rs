//! The live feed: all changes of tickets after any position, without a gap.
//!
//! The publisher task of the process reads and renders each change once; all watchers send the same bytes. The newest
//! changes are in memory ([`Ring`]). A watcher that resumes at an older position reads the database first. The stream of a
//! watcher that falls behind ends, and its client resumes.

mod batch;
mod publisher;
mod ring;
mod watcher;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use parking_lot::Mutex;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Db, DbError};
use ticketing_platform::http::StreamSlot;
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::signal::{Listener, Signal};

use self::batch::Batch;
use self::ring::Ring;
use self::watcher::Watcher;
use crate::store::{self, ResumePoint};

/// The number of groups of watchers. The publisher yields between groups, so a request waits for at most one group.
const GROUPS: usize = 512;
/// The number of changes in one read of a watcher that catches up.
const PAGE: i64 = 256;
/// The reconnect delay of clients, in milliseconds. It is random, so that clients of a restarted server do not reconnect
/// together.
const RETRY: std::ops::Range<u64> = 500..2000;

/// Disables the response buffering of proxies.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Notifies watchers of every change of a ticket. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    changed: Signal,
    shared: Arc<Shared>,
}

/// The state that the publisher and the watchers share.
#[derive(Debug)]
struct Shared {
    /// `None` while there are no watchers.
    ring: Mutex<Option<Ring>>,
    watchers: AtomicUsize,
    /// Notified by the first watcher.
    wanted: Signal,
    groups: [Signal; GROUPS],
    joined: AtomicUsize,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            ring: Mutex::default(),
            watchers: AtomicUsize::new(0),
            wanted: Signal::default(),
            groups: std::array::from_fn(|_| Signal::default()),
            joined: AtomicUsize::new(0),
        }
    }
}

/// Counts a watcher until it is dropped.
#[derive(Debug)]
struct WatcherGuard(Arc<Shared>);

impl Shared {
    /// Adds a watcher to one of the groups.
    fn join(self: &Arc<Self>) -> (WatcherGuard, Listener) {
        self.watchers.fetch_add(1, Ordering::SeqCst);
        let group = self.joined.fetch_add(1, Ordering::Relaxed) % GROUPS;
        (WatcherGuard(Arc::clone(self)), self.groups[group].listen())
    }
}

impl Drop for WatcherGuard {
    fn drop(&mut self) {
        self.0.watchers.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Feed {
    /// Returns the signal of a committed change.
    pub fn change_signal(&self) -> &Signal {
        &self.changed
    }

    /// Publishes changes to all watchers of this process until shutdown.
    pub async fn publish(self, db: Db, shutdown: Shutdown) {
        if db.is_shared() {
            db.share_signal("changes", &self.changed);
        }
        publisher::Publisher::new(self, db).run(&shutdown).await;
    }

    /// Returns the changes after the position `resume`, or new ones, as server-sent events. The response starts with
    /// `reset` if changes after `resume` may be missing. It ends at shutdown, or if its client falls too far behind. It
    /// holds `slot` until its end.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn watch(
        &self,
        db: &Db,
        clock: &Clock,
        resume: Option<String>,
        slot: Option<StreamSlot>,
        shutdown: &Shutdown,
    ) -> Result<Response, DbError> {
        // The listener starts before the position is read, so that no change is missed.
        let (guard, woken) = self.shared.join();
        let now = clock.now();
        let ResumePoint { position, newest, is_reset } =
            db.read(move |tx| store::resume(tx, resume.as_deref(), now)).await?;
        {
            let mut ring = self.shared.ring.lock();
            if ring.is_none() {
                *ring = Some(Ring::new(newest));
                self.shared.wanted.notify();
            }
        }
        let retry = Duration::from_millis(random_in(clock, RETRY));
        let greeting =
            if is_reset { Batch::reset(&position, retry) } else { Batch::greeting(&position, retry) };
        let watcher = Watcher::new(Arc::clone(&self.shared), db.clone(), position, woken, guard);
        let chunks = watcher.chunks(greeting).take_until(shutdown.triggered_owned());
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (X_ACCEL_BUFFERING, HeaderValue::from_static("no")),
        ];
        let mut response = (headers, Body::from_stream(chunks)).into_response();
        if let Some(slot) = slot {
            response.extensions_mut().insert(slot);
        }
        Ok(response)
    }
}

/// Returns a random number in a range, from the random digits of an identifier.
fn random_in(clock: &Clock, range: std::ops::Range<u64>) -> u64 {
    let id = clock.new_id();
    let random = u64::from_str_radix(&id[id.len() - 8..], 16).unwrap_or_default();
    range.start + random % (range.end - range.start)
}
