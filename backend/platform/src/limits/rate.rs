//! A rate limit for each key, by the injected clock and in bounded memory.

use std::fmt;
use std::num::NonZeroU32;
use std::ops::Add;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use governor::clock::{Clock as _, Reference};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;
use crate::http::RetryAfter;

/// Keys remembered at a time; beyond it, keys that are not remembered yet have to wait.
const MAX_KEYS: usize = 100_000;

/// Keys that are as good as new are forgotten after so many checks.
const FORGET_EVERY: usize = 4096;

/// So many tries a minute for each key: all at once, or spread; spent tries come back one by one.
pub struct RateLimit {
    limiter: RateLimiter<String, DashMapStateStore<String>, Time, NoOpMiddleware<Instant>>,
    clock: Time,
    checks: AtomicUsize,
    max_keys: usize,
}

impl RateLimit {
    /// At most `tries` (at least 1) a minute for each key.
    #[must_use]
    pub fn per_minute(tries: u32, clock: Clock) -> Self {
        Self::bounded(tries, clock, MAX_KEYS)
    }

    fn bounded(tries: u32, clock: Clock, max_keys: usize) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(tries).unwrap_or(NonZeroU32::MIN));
        let clock = Time(clock);
        let limiter = RateLimiter::new(quota, DashMapStateStore::default(), clock.clone());
        Self { limiter, clock, checks: AtomicUsize::new(0), max_keys }
    }

    /// Counts one try.
    ///
    /// # Errors
    /// How long to wait, when the key has no try left.
    pub fn check(&self, key: &str) -> Result<(), RetryAfter> {
        let checks = self.checks.fetch_add(1, Ordering::Relaxed);
        if checks % FORGET_EVERY == FORGET_EVERY - 1 || self.limiter.len() >= self.max_keys {
            self.limiter.retain_recent();
            if self.limiter.len() >= self.max_keys {
                return Err(RetryAfter::from(Duration::from_secs(60)));
            }
        }
        self.limiter
            .check_key(&key.to_owned())
            .map_err(|refused| RetryAfter::from(refused.wait_time_from(self.clock.now())))
    }
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
    fn memory_is_bounded_and_old_keys_make_room() {
        let clock = clock();
        let limit = RateLimit::bounded(10, clock.clone(), 50);
        for number in 0..50 {
            assert_eq!(limit.check(&number.to_string()), Ok(()));
        }
        assert!(limit.check("one more").is_err());
        assert!(limit.limiter.len() <= 50);
        clock.advance(Duration::from_secs(120));
        assert_eq!(limit.check("one more"), Ok(()));
        assert_eq!(limit.limiter.len(), 1);
    }
}
