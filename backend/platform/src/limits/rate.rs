//! A rate limit for each key, by the injected clock and in bounded memory.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::{DashMapStateStore, ShrinkableKeyedStateStore};
use governor::{Quota, RateLimiter};

use crate::clock::Clock;
use crate::http::RetryAfter;

/// The maximum number of keys with their own counter. Further keys share buckets.
const MAX_KEYS: usize = 100_000;

/// Unused keys are removed after this number of checks.
const PRUNE_EVERY: usize = 4096;

/// The minimum interval of removals while there are too many keys, in milliseconds. A removal iterates over all keys.
const PRUNE_INTERVAL: i64 = 1000;

/// Limits the tries of each key in a minute. Tries may come at once, and are replenished one by one. A key without its
/// own counter is not refused because of the number of keys: such keys share the budget of a bucket.
pub struct RateLimit {
    limiter: RateLimiter<CountedKey, SharedStates, ClockAdapter, NoOpMiddleware<Duration>>,
    hasher: RandomState,
    /// The states of the limiter, in which a try is given back.
    states: SharedStates,
    /// How long a try takes to be replenished.
    interval: Duration,
    clock: ClockAdapter,
    checks: AtomicUsize,
    pruned_at: AtomicI64,
    max_keys: usize,
}

impl RateLimit {
    /// Creates a limit of `tries` (at least 1) a minute for each key.
    pub fn per_minute(tries: u32, clock: Clock) -> Self {
        Self::with_max_keys(quota(tries), clock, MAX_KEYS)
    }

    /// Creates a limit of `burst` tries at once for each key, of which `tries` a minute are replenished (each at least
    /// 1).
    pub fn with_burst(tries: u32, burst: u32, clock: Clock) -> Self {
        Self::with_max_keys(quota(tries).allow_burst(at_least_one(burst)), clock, MAX_KEYS)
    }

    fn with_max_keys(quota: Quota, clock: Clock, max_keys: usize) -> Self {
        let clock = ClockAdapter(clock);
        let states = SharedStates::default();
        Self {
            limiter: RateLimiter::new(quota, states.clone(), clock.clone()),
            hasher: RandomState::new(),
            states,
            interval: quota.replenish_interval(),
            clock,
            checks: AtomicUsize::new(0),
            pruned_at: AtomicI64::new(i64::MIN),
            max_keys,
        }
    }

    /// Counts one try.
    ///
    /// # Errors
    /// How long to wait, if the key has no try left.
    pub fn acquire(&self, key: &str) -> Result<(), RetryAfter> {
        self.take(key).map(drop)
    }

    /// Counts one try, which can be given back.
    ///
    /// # Errors
    /// How long to wait, if the key has no try left.
    pub fn take(&self, key: &str) -> Result<RateToken<'_>, RetryAfter> {
        let checks = self.checks.fetch_add(1, Ordering::Relaxed);
        if checks % PRUNE_EVERY == PRUNE_EVERY - 1 {
            self.prune();
        }
        let key = if self.is_full() {
            let [low, high, ..] = self.hasher.hash_one(key).to_le_bytes();
            CountedKey::Bucket(u16::from_le_bytes([low, high]))
        } else {
            CountedKey::Own(key.to_owned())
        };
        match self.limiter.check_key(&key) {
            Ok(()) => Ok(RateToken { limit: self, key }),
            Err(refused) => Err(RetryAfter::from(refused.wait_time_from(self.clock.now()))),
        }
    }

    fn is_full(&self) -> bool {
        if self.limiter.len() < self.max_keys {
            return false;
        }
        let (now, last) = (self.clock.0.now().as_millis(), self.pruned_at.load(Ordering::Relaxed));
        if now.saturating_sub(last) >= PRUNE_INTERVAL {
            self.prune();
        }
        self.limiter.len() >= self.max_keys
    }

    fn prune(&self) {
        self.pruned_at.store(self.clock.0.now().as_millis(), Ordering::Relaxed);
        self.limiter.retain_recent();
    }
}

fn quota(tries: u32) -> Quota {
    Quota::per_minute(at_least_one(tries))
}

fn at_least_one(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit").field("keys", &self.limiter.len()).finish_non_exhaustive()
    }
}

/// The counter of a try: that of its key, or one of 65 536 buckets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum CountedKey {
    Own(String),
    Bucket(u16),
}

/// A try that was counted.
#[derive(Debug)]
pub struct RateToken<'l> {
    limit: &'l RateLimit,
    key: CountedKey,
}

impl RateToken<'_> {
    /// Gives the try back, as if it had not been made.
    pub fn refund(self) {
        let interval = Nanos::from(self.limit.interval);
        let earlier = |time: Option<Nanos>| match time {
            Some(time) => Ok(((), time.saturating_sub(interval))),
            None => Err(()),
        };
        // A key that was removed has all its tries.
        let _either = self.limit.states.measure_and_replace(&self.key, earlier);
    }
}

/// The states of the keys. The library stores for each key when it has all its tries again.
#[derive(Clone, Debug, Default)]
struct SharedStates(Arc<DashMapStateStore<CountedKey>>);

impl StateStore for SharedStates {
    type Key = CountedKey;

    fn measure_and_replace<T, F, E>(&self, key: &CountedKey, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        self.0.measure_and_replace(key, f)
    }
}

impl ShrinkableKeyedStateStore<CountedKey> for SharedStates {
    fn retain_recent(&self, drop_below: Nanos) {
        self.0.retain_recent(drop_below);
    }

    fn len(&self) -> usize {
        ShrinkableKeyedStateStore::len(&*self.0)
    }

    fn is_empty(&self) -> bool {
        ShrinkableKeyedStateStore::is_empty(&*self.0)
    }
}

/// Adapts the injected clock to the library: an instant is the time since the Unix epoch.
#[derive(Clone)]
struct ClockAdapter(Clock);

impl governor::clock::Clock for ClockAdapter {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now().as_millis()).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ticketing_sdk::Timestamp;

    fn clock() -> Clock {
        Clock::manual(Timestamp::from_millis(1_700_000_000_000))
    }

    #[test]
    fn tries_run_out_for_each_key_and_come_back_with_time() {
        let clock = clock();
        let limit = RateLimit::per_minute(10, clock.clone());
        for _ in 0..10 {
            assert_eq!(limit.acquire("ada"), Ok(()));
        }
        let wait = limit.acquire("ada").unwrap_err();
        assert_eq!(wait.seconds(), 6);
        assert_eq!(limit.acquire("bob"), Ok(()));
        clock.advance(Duration::from_secs(5));
        assert_eq!(limit.acquire("ada").unwrap_err().seconds(), 1);
        clock.advance(Duration::from_secs(1));
        assert_eq!(limit.acquire("ada"), Ok(()));
        assert!(limit.acquire("ada").is_err());
        clock.advance(Duration::from_secs(3600));
        for _ in 0..10 {
            assert_eq!(limit.acquire("ada"), Ok(()));
        }
        assert!(limit.acquire("ada").is_err());
    }

    #[test]
    fn try_that_is_given_back_is_not_counted() {
        let clock = clock();
        let limit = RateLimit::per_minute(10, clock.clone());
        for _ in 0..30 {
            limit.take("ada").unwrap().refund();
        }
        let open: Vec<_> = (0..10).map(|_| limit.take("ada").unwrap()).collect();
        assert_eq!(limit.take("ada").unwrap_err().seconds(), 6);
        open.into_iter().next().unwrap().refund();
        assert_eq!(limit.acquire("ada"), Ok(()));
        assert!(limit.acquire("ada").is_err());
        clock.advance(Duration::from_secs(3600));
        limit.take("ada").unwrap().refund();
        for _ in 0..10 {
            assert_eq!(limit.acquire("ada"), Ok(()));
        }
        assert!(limit.acquire("ada").is_err(), "there is never more than the burst");
    }

    #[test]
    fn a_burst_is_not_the_rate_at_which_tries_come_back() {
        let clock = clock();
        let limit = RateLimit::with_burst(600, 20, clock.clone());
        for _ in 0..20 {
            assert_eq!(limit.acquire("ada"), Ok(()));
        }
        assert!(limit.acquire("ada").is_err());
        clock.advance(Duration::from_secs(1));
        for _ in 0..10 {
            assert_eq!(limit.acquire("ada"), Ok(()));
        }
        assert!(limit.acquire("ada").is_err());
    }

    #[test]
    fn memory_is_bounded_and_old_keys_make_room() {
        let clock = clock();
        let limit = RateLimit::with_max_keys(quota(10), clock.clone(), 50);
        for number in 0..50 {
            assert_eq!(limit.acquire(&number.to_string()), Ok(()));
        }
        // Further keys share buckets: they are not refused for being new, but they are limited.
        for _ in 0..10 {
            assert_eq!(limit.acquire("one more"), Ok(()));
        }
        assert!(limit.acquire("one more").is_err());
        for number in 0..1000 {
            let _either = limit.acquire(&format!("new {number}"));
        }
        assert!(limit.limiter.len() <= 50 + 1001);
        clock.advance(Duration::from_secs(120));
        assert_eq!(limit.acquire("one more"), Ok(()));
        assert_eq!(limit.limiter.len(), 1);
    }
}
