//! The one place that reads the time, and the identifiers that carry it.
//!
//! Everything else is handed a [`Clock`], so a fifteen-minute hold can end at once in a test.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ticketing_sdk::Timestamp;
use tokio::sync::Notify;
use uuid::{ContextV7, Uuid};

/// A clock that can be moved. Clones share the same time.
#[derive(Clone, Debug)]
pub struct Clock {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    source: Source,
    /// Milliseconds that [`Clock::advance`] has added.
    moved: AtomicI64,
    jumped: Notify,
    ids: Mutex<ContextV7>,
}

#[derive(Debug)]
enum Source {
    System,
    /// Stands still at this time until it is advanced.
    Manual(Timestamp),
}

impl Clock {
    /// The time of this machine.
    #[must_use]
    pub fn system() -> Self {
        Self::from_source(Source::System)
    }

    /// A clock that stands at `start` until [`advance`](Self::advance) moves it.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self::from_source(Source::Manual(start))
    }

    fn from_source(source: Source) -> Self {
        let shared = Shared {
            source,
            moved: AtomicI64::new(0),
            jumped: Notify::new(),
            ids: Mutex::new(ContextV7::new()),
        };
        Self { shared: Arc::new(shared) }
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let base = match self.shared.source {
            Source::System => system_now(),
            Source::Manual(start) => start.as_millis(),
        };
        Timestamp::from_millis(base.saturating_add(self.shared.moved.load(Ordering::SeqCst)))
    }

    /// Moves the clock forward and wakes every sleeper whose time has come.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.shared.moved.fetch_add(millis, Ordering::SeqCst);
        self.shared.jumped.notify_waiters();
    }

    /// Returns once the clock shows `deadline` or later.
    pub async fn sleep_until(&self, deadline: Timestamp) {
        loop {
            let jumped = self.shared.jumped.notified();
            tokio::pin!(jumped);
            // Registered before the time is read, so a jump in between is not missed.
            jumped.as_mut().enable();
            let left = deadline.saturating_since(self.now());
            if left.is_zero() {
                return;
            }
            match self.shared.source {
                // A long sleep is cut, so that a machine that was suspended notices the time.
                Source::System => {
                    tokio::select! {
                        () = tokio::time::sleep(left.min(LONGEST_NAP)) => {}
                        () = jumped => {}
                    }
                }
                Source::Manual(_) => jumped.await,
            }
        }
    }

    /// Returns after `span` of this clock's time, counted from this call and not from the first poll.
    pub fn sleep(&self, span: Duration) -> impl Future<Output = ()> + Send + 'static {
        let (clock, deadline) = (self.clone(), self.now() + span);
        async move { clock.sleep_until(deadline).await }
    }

    /// A new UUIDv7 that carries this clock's time. Identifiers made by one clock and its clones
    /// rise strictly, even when the machine's time is set back.
    #[must_use]
    pub fn new_id(&self) -> String {
        let now = u64::try_from(self.now().as_millis()).unwrap_or(0);
        let nanos = u32::try_from(now % 1000).unwrap_or(0) * 1_000_000;
        let stamp = uuid::Timestamp::from_unix(&self.shared.ids, now / 1000, nanos);
        Uuid::new_v7(stamp).hyphenated().to_string()
    }
}

const LONGEST_NAP: Duration = Duration::from_secs(30);

#[expect(clippy::disallowed_methods, reason = "this is the place that reads the machine's time")]
fn system_now() -> i64 {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since_epoch.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}

/// How long ago the thing named `id` was made, or `None` where `id` is not a UUIDv7. An identifier from the future
/// has no age either: no service of ours made it.
#[must_use]
pub fn id_age(id: &str, now: Timestamp) -> Option<Duration> {
    let uuid = Uuid::try_parse(id).ok().filter(|uuid| uuid.get_version_num() == 7)?;
    let (seconds, nanos) = uuid.get_timestamp()?.to_unix();
    let made = i64::try_from(seconds).ok()?.checked_mul(1000)?.checked_add(i64::from(nanos / 1_000_000))?;
    let age = now.as_millis().checked_sub(made)?;
    // The counter of the identifiers may run a moment ahead of the clock.
    if age < -1000 { None } else { Some(Duration::from_millis(u64::try_from(age).unwrap_or(0))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleeper_wakes_when_the_clock_is_moved() {
        let clock = Clock::manual(Timestamp::from_millis(1_000));
        let sleeper = tokio::spawn(clock.sleep(Duration::from_secs(900)));
        clock.advance(Duration::from_secs(899));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(Duration::from_secs(1));
        sleeper.await.unwrap();
    }

    #[test]
    fn identifiers_rise_and_tell_their_age() {
        let clock = Clock::manual(Timestamp::from_millis(1_700_000_000_123));
        let ids: Vec<String> = (0..1000).map(|_| clock.new_id()).collect();
        assert!(ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]));
        clock.advance(Duration::from_secs(4));
        let age = id_age(&ids[0], clock.now()).unwrap();
        assert_eq!(age.as_secs(), 4);
        assert_eq!(id_age("5f8d0d55b54764421b7156d9", clock.now()), None);
    }
}
