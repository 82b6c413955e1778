//! The only module that reads the time, and the identifiers that contain it.
//!
//! All other code gets a [`Clock`], so that a test can end a hold of fifteen minutes at once.

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
    /// Stands at this time until it is advanced.
    Manual(Timestamp),
}

impl Clock {
    /// Creates a clock with the time of this machine.
    pub fn system() -> Self {
        Self::from_source(Source::System)
    }

    /// Creates a clock that stands at `start` until [`advance`](Self::advance) moves it.
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

    /// Returns the current time.
    pub fn now(&self) -> Timestamp {
        let base = match self.shared.source {
            Source::System => system_now(),
            Source::Manual(start) => start.as_millis(),
        };
        Timestamp::from_millis(base.saturating_add(self.shared.moved.load(Ordering::SeqCst)))
    }

    /// Moves the clock forward, and wakes every sleeper whose deadline has passed.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.shared.moved.fetch_add(millis, Ordering::SeqCst);
        self.shared.jumped.notify_waiters();
    }

    /// Waits until the clock shows `deadline` or later.
    pub async fn sleep_until(&self, deadline: Timestamp) {
        loop {
            let jumped = self.shared.jumped.notified();
            tokio::pin!(jumped);
            // Registered before the time is read, so a jump in between is not missed.
            jumped.as_mut().enable();
            let left = deadline.saturating_duration_since(self.now());
            if left.is_zero() {
                return;
            }
            match self.shared.source {
                // A long sleep is split, so that the deadline is checked again after the machine was suspended.
                Source::System => {
                    tokio::select! {
                        () = tokio::time::sleep(left.min(MAX_SLEEP)) => {}
                        () = jumped => {}
                    }
                }
                Source::Manual(_) => jumped.await,
            }
        }
    }

    /// Waits for `span` of this clock's time, which begins with this call and not with the first poll.
    pub fn sleep(&self, span: Duration) -> impl Future<Output = ()> + Send + 'static {
        let (clock, deadline) = (self.clone(), self.now() + span);
        async move { clock.sleep_until(deadline).await }
    }

    /// Creates a UUIDv7 with the time of this clock. The identifiers of a clock and its clones rise strictly, also if
    /// the time of the machine is set back.
    pub fn new_id(&self) -> String {
        Uuid::new_v7(self.stamp(self.now())).hyphenated().to_string()
    }

    /// Makes every later identifier greater than `id`, the last one of an earlier process: the time of the machine may
    /// have been set back since.
    pub fn ensure_monotonic(&self, id: &str) {
        if let Some(time) = id_time(id) {
            // The context continues from the latest time that it has used.
            self.stamp(time + Duration::from_millis(1));
        }
    }

    /// Returns the time of the next identifier: that of the clock, or of the newest identifier if the clock was set
    /// back.
    pub fn next_id_time(&self) -> Timestamp {
        let (seconds, nanos) = self.stamp(self.now()).to_unix();
        let millis = seconds.saturating_mul(1000).saturating_add(u64::from(nanos / 1_000_000));
        Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
    }

    fn stamp(&self, time: Timestamp) -> uuid::Timestamp {
        let millis = u64::try_from(time.as_millis()).unwrap_or(0);
        let nanos = u32::try_from(millis % 1000).unwrap_or(0) * 1_000_000;
        uuid::Timestamp::from_unix(&self.shared.ids, millis / 1000, nanos)
    }
}

const MAX_SLEEP: Duration = Duration::from_secs(30);

#[expect(clippy::disallowed_methods, reason = "only this module reads the time of the machine")]
fn system_now() -> i64 {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since_epoch.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}

/// Returns the time in a UUIDv7, or `None` if `id` is not one.
pub fn id_time(id: &str) -> Option<Timestamp> {
    let uuid = Uuid::try_parse(id).ok().filter(|uuid| uuid.get_version_num() == 7)?;
    let (seconds, nanos) = uuid.get_timestamp()?.to_unix();
    let millis = i64::try_from(seconds).ok()?.checked_mul(1000)?.checked_add(i64::from(nanos / 1_000_000))?;
    Some(Timestamp::from_millis(millis))
}

/// Returns a text that sorts before every identifier of `time` or later, and after every earlier identifier.
pub fn id_floor(time: Timestamp) -> String {
    let millis = time.as_millis().max(0);
    format!("{:08x}-{:04x}-7000-8000-000000000000", millis >> 16, millis & 0xffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sleep_ends_when_the_clock_is_advanced() {
        let clock = Clock::manual(Timestamp::from_millis(1_000));
        let sleeper = tokio::spawn(clock.sleep(Duration::from_secs(900)));
        clock.advance(Duration::from_secs(899));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(Duration::from_secs(1));
        sleeper.await.unwrap();
    }

    #[test]
    fn identifiers_rise_and_contain_their_time() {
        let clock = Clock::manual(Timestamp::from_millis(1_700_000_000_123));
        let ids: Vec<String> = (0..1000).map(|_| clock.new_id()).collect();
        assert!(ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]));
        clock.advance(Duration::from_secs(4));
        assert_eq!(clock.now().saturating_duration_since(id_time(&ids[0]).unwrap()).as_secs(), 4);
        assert_eq!(id_time("5f8d0d55b54764421b7156d9"), None);
    }

    #[test]
    fn identifiers_stay_monotonic_after_the_clock_was_set_back() {
        let ahead = Clock::manual(Timestamp::from_millis(1_700_086_400_000));
        let last = ahead.new_id();
        let set_back = Clock::manual(Timestamp::from_millis(1_700_000_000_000));
        assert!(set_back.new_id() < last);
        set_back.ensure_monotonic(&last);
        let (first, second) = (set_back.new_id(), set_back.new_id());
        assert!(last < first && first < second);
        assert!(id_time(&first) > Some(set_back.now()));
        assert!(Some(set_back.next_id_time()) >= id_time(&second));
    }

    #[test]
    fn id_floor_separates_identifiers_by_time() {
        let clock = Clock::manual(Timestamp::from_millis(1_700_000_000_123));
        let before = clock.new_id();
        clock.advance(Duration::from_millis(1));
        let floor = id_floor(clock.now());
        assert!(before < floor && floor < clock.new_id());
    }
}
