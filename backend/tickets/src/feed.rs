//! The live feed: every change of a ticket, from any position on, without a gap.
//!
//! One task of the process reads each change from the database once and renders it once; every watcher sends the same
//! bytes. The newest changes are kept in memory ([`Ring`]); a watcher that resumes before them reads the database until
//! it reaches them, and one that falls behind them is ended and resumes.

mod batch;
mod publisher;
mod ring;
mod watcher;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Db, DbError};
use ticketing_platform::http::StreamSlot;
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::signal::{Listener, Signal};

use self::batch::Batch;
use self::ring::Ring;
use self::watcher::Watcher;
use crate::store::{self, Resumed};

/// Watchers are woken group by group, and other tasks run in between: a request waits for the watchers of one group at
/// most.
const GROUPS: usize = 512;
/// Changes read at a time for one watcher that catches up.
const PAGE: i64 = 256;
/// When a client should connect again: spread, so that the watchers of a server that restarts do not come all at once.
const RETRY: std::ops::Range<u64> = 500..2000;

/// Proxies that hold answers back until they are whole let this one pass.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Notifies watchers of every change of a ticket. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    changed: Signal,
    shared: Arc<Shared>,
}

/// What the publisher and the watchers of a process share.
#[derive(Debug)]
struct Shared {
    /// Empty while nobody watches.
    ring: Mutex<Option<Ring>>,
    watchers: AtomicUsize,
    /// Notified when the first watcher comes.
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

/// Counts a watcher as long as it is there.
#[derive(Debug)]
struct Presence(Arc<Shared>);

impl Shared {
    fn ring(&self) -> MutexGuard<'_, Option<Ring>> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins a watcher to one of the groups.
    fn join(self: &Arc<Self>) -> (Presence, Listener) {
        self.watchers.fetch_add(1, Ordering::SeqCst);
        let group = self.joined.fetch_add(1, Ordering::Relaxed) % GROUPS;
        (Presence(Arc::clone(self)), self.groups[group].listen())
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.watchers.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Feed {
    /// Notified when a change is committed.
    #[must_use]
    pub fn changed(&self) -> &Signal {
        &self.changed
    }

    /// Reads changes and hands them to every watcher of this process until shutdown.
    pub async fn publish(self, db: Db, shutdown: Shutdown) {
        if db.is_shared() {
            db.share_signal("changes", &self.changed);
        }
        publisher::Publisher::new(self, db).run(&shutdown).await;
    }

    /// The changes after the position `resume`, or from now on, as server-sent events. The response begins with
    /// `reset` where there may be changes between `resume` and its first event that it does not tell. It ends at
    /// shutdown, and when its client falls too far behind. It holds `slot` as long as it lasts.
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
        // Listening begins before the position is read, so a change in between is not missed.
        let (presence, woken) = self.shared.join();
        let now = clock.now();
        let Resumed { position, newest, is_reset } =
            db.read(move |tx| store::resume(tx, resume.as_deref(), now)).await?;
        {
            let mut ring = self.shared.ring();
            if ring.is_none() {
                *ring = Some(Ring::new(newest));
                self.shared.wanted.notify();
            }
        }
        let retry = Duration::from_millis(spread(clock, RETRY));
        let greeting =
            if is_reset { Batch::reset(&position, retry) } else { Batch::greeting(&position, retry) };
        let watcher = Watcher::new(Arc::clone(&self.shared), db.clone(), position, woken, presence);
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

/// A number of the range that is another one for each stream: identifiers end in random digits.
fn spread(clock: &Clock, range: std::ops::Range<u64>) -> u64 {
    let id = clock.new_id();
    let random = u64::from_str_radix(&id[id.len() - 8..], 16).unwrap_or_default();
    range.start + random % (range.end - range.start)
}
