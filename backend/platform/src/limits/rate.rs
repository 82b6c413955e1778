//! A rate limit for each key, by the injected clock and in bounded memory.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU32;
use std::ops::Add;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use governor::clock::{Clock as _, Reference};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;
use crate::http::RetryAfter;

/// Keys remembered one by one; beyond it, keys share buckets.
const MAX_KEYS: usize = 100_000;

/// Keys that are as good as new are forgotten after so many checks.
const FORGET_EVERY: usize = 4096;

/// How often they are forgotten at most while there are too many, in milliseconds: it costs a pass over all of them.
const FORGET_PAUSE: i64 = 1000;

/// So many tries a minute for each key: all at once, or spread; spent tries come back one by one. A key without a
/// counter is never refused because there are too many others: such keys share the budget of a bucket.
pub struct RateLimit {
    limiter: Limiter<String>,
    /// What counts while there are too many keys: at most 65 536 buckets of keys.
    buckets: Limiter<u16>,
    hasher: RandomState,
    clock: Time,
    checks: AtomicUsize,
    forgotten_at: AtomicI64,
    max_keys: usize,
}

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, Time, NoOpMiddleware<Instant>>;

impl RateLimit {
    /// At most `tries` (at least 1) a minute for each key.
    #[must_use]
    pub fn per_minute(tries: u32, clock: Clock) -> Self {
        Self::bounded(quota(tries), clock, MAX_KEYS)
    }

    /// At most `burst` tries at once for each key, of which `tries` a minute come back (each at least 1).
    #[must_use]
    pub fn with_burst(tries: u32, burst: u32, clock: Clock) -> Self {
        Self::bounded(quota(tries).allow_burst(at_least_one(burst)), clock, MAX_KEYS)
    }

    fn bounded(quota: Quota, clock: Clock, max_keys: usize) -> Self {
        let clock = Time(clock);
        Self {
            limiter: RateLimiter::new(quota, DashMapStateStore::default(), clock.clone()),
            buckets: RateLimiter::new(quota, DashMapStateStore::default(), clock.clone()),
            hasher: RandomState::new(),
            clock,
            checks: AtomicUsize::new(0),
            forgotten_at: AtomicI64::new(i64::MIN),
            max_keys,
        }
    }

    /// Counts one try.
    ///
    /// # Errors
    /// How long to wait, when the key has no try left.
    pub fn check(&self, key: &str) -> Result<(), RetryAfter> {
        let checks = self.checks.fetch_add(1, Ordering::Relaxed);
        if checks % FORGET_EVERY == FORGET_EVERY - 1 {
            self.forget();
        }
        let checked = if self.is_full() {
            let [low, high, ..] = self.hasher.hash_one(key).to_le_bytes();
            self.buckets.check_key(&u16::from_le_bytes([low, high]))
        } else {
            self.limiter.check_key(&key.to_owned())
        };
        checked.map_err(|refused| RetryAfter::from(refused.wait_time_from(self.clock.now())))
    }

    fn is_full(&self) -> bool {
        if self.limiter.len() < self.max_keys {
            return false;
        }
        let (now, last) = (self.clock.0.now().as_millis(), self.forgotten_at.load(Ordering::Relaxed));
        if now.saturating_sub(last) >= FORGET_PAUSE {
            self.forget();
        }
        self.limiter.len() >= self.max_keys
    }

    fn forget(&self) {
        self.forgotten_at.store(self.clock.0.now().as_millis(), Ordering::Relaxed);
        self.limiter.retain_recent();
        self.buckets.retain_recent();
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

/// The injected clock as the library wants it.
#[derive(Clone)]
struct Time(Clock);

/// Milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Instant(Duration);

impl governor::clock::Clock for Time {
    type Instant = Instant;

    fn now(&self) -> Instant {
        Instant(Duration::from_millis(u64::try_from(self.0.now().as_millis()).unwrap_or(0)))
    }
}

impl Add<Nanos> for Instant {
    type Output = Self;

    fn add(self, span: Nanos) -> Self {
        Self(self.0.saturating_add(span.into()))
    }
}

impl Reference for Instant {
    fn duration_since(&self, earlier: Self) -> Nanos {
        self.0.saturating_sub(earlier.0).into()
    }

    fn saturating_sub(&self, span: Nanos) -> Self {
        Self(self.0.saturating_sub(span.into()))
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
            assert_eq!(limit.check("ada"), Ok(()));
        }
        let wait = limit.check("ada").unwrap_err();
        assert_eq!(wait.seconds(), 6);
        assert_eq!(limit.check("bob"), Ok(()));
        clock.advance(Duration::from_secs(5));
        assert_eq!(limit.check("ada").unwrap_err().seconds(), 1);
        clock.advance(Duration::from_secs(1));
        assert_eq!(limit.check("ada"), Ok(()));
        assert!(limit.check("ada").is_err());
        clock.advance(Duration::from_secs(3600));
        for _ in 0..10 {
            assert_eq!(limit.check("ada"), Ok(()));
        }
        assert!(limit.check("ada").is_err());
    }

    #[test]
    fn a_burst_is_not_the_rate_at_which_tries_come_back() {
        let clock = clock();
        let limit = RateLimit::with_burst(600, 20, clock.clone());
        for _ in 0..20 {
            assert_eq!(limit.check("ada"), Ok(()));
        }
        assert!(limit.check("ada").is_err());
        clock.advance(Duration::from_secs(1));
        for _ in 0..10 {
            assert_eq!(limit.check("ada"), Ok(()));
        }
        assert!(limit.check("ada").is_err());
    }

    #[test]
    fn memory_is_bounded_and_old_keys_make_room() {
        let clock = clock();
        let limit = RateLimit::bounded(quota(10), clock.clone(), 50);
        for number in 0..50 {
            assert_eq!(limit.check(&number.to_string()), Ok(()));
        }
        // Others are counted in buckets: not refused for being new, and limited all the same.
        for _ in 0..10 {
            assert_eq!(limit.check("one more"), Ok(()));
        }
        assert!(limit.check("one more").is_err());
        for number in 0..1000 {
            let _either = limit.check(&format!("new {number}"));
        }
        assert!(limit.limiter.len() <= 50 && limit.buckets.len() <= 1001);
        clock.advance(Duration::from_secs(120));
        assert_eq!(limit.check("one more"), Ok(()));
        assert_eq!(limit.limiter.len(), 1);
    }
}
