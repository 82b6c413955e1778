//! Throttled log lines for a lasting condition: one a minute, with the number of occurrences.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// The interval between log lines of a condition.
const INTERVAL: Duration = Duration::from_secs(60);
/// The maximum number of separately throttled conditions.
const MAX_CONDITIONS: usize = 64;

/// Lets the first occurrence of a condition be logged, and then one a minute.
#[derive(Debug, Default)]
pub struct LogThrottle(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    logged_at: Option<Instant>,
    unlogged: u64,
}

impl LogThrottle {
    /// Creates a throttle of a condition that has not occurred.
    pub const fn new() -> Self {
        Self(Mutex::new(State { logged_at: None, unlogged: 0 }))
    }

    /// Counts one occurrence. If a line is due, returns the number of occurrences since the last line, including this
    /// one.
    pub fn count(&self) -> Option<u64> {
        self.count_at(Instant::now())
    }

    /// Returns whether the next occurrence is logged and all earlier ones were.
    fn is_over(&self) -> bool {
        let state = self.0.lock();
        state.unlogged == 0 && state.logged_at.is_none_or(|at| at.elapsed() >= INTERVAL)
    }

    fn count_at(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock();
        state.unlogged += 1;
        if state.logged_at.is_some_and(|at| now.saturating_duration_since(at) < INTERVAL) {
            return None;
        }
        state.logged_at = Some(now);
        Some(std::mem::take(&mut state.unlogged))
    }
}

/// Throttles for conditions with different texts, in bounded memory: further conditions share a throttle.
#[derive(Debug, Default)]
pub struct LogThrottles {
    conditions: Mutex<HashMap<String, LogThrottle>>,
    others: LogThrottle,
}

impl LogThrottles {
    /// Counts one occurrence of a condition, as [`LogThrottle::count`].
    pub fn count(&self, condition: &str) -> Option<u64> {
        let mut conditions = self.conditions.lock();
        if let Some(throttle) = conditions.get(condition) {
            return throttle.count();
        }
        if conditions.len() >= MAX_CONDITIONS {
            conditions.retain(|_, throttle| !throttle.is_over());
        }
        if conditions.len() >= MAX_CONDITIONS {
            return self.others.count();
        }
        conditions.entry(condition.to_owned()).or_default().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_throttled_separately_in_bounded_memory() {
        let throttles = LogThrottles::default();
        assert_eq!(throttles.count("the disk is full"), Some(1));
        assert_eq!(throttles.count("the disk is full"), None);
        assert_eq!(throttles.count("the server is away"), Some(1));
        let logged = (0..1000).filter_map(|number| throttles.count(&number.to_string())).count();
        assert_eq!(logged, MAX_CONDITIONS - 2 + 1);
        assert_eq!(throttles.conditions.lock().len(), MAX_CONDITIONS);
    }

    #[test]
    fn lasting_condition_is_logged_once_a_minute_with_its_count() {
        let (throttle, began) = (LogThrottle::default(), Instant::now());
        assert_eq!(throttle.count_at(began), Some(1));
        for second in 1..60 {
            assert_eq!(throttle.count_at(began + Duration::from_secs(second)), None);
        }
        assert_eq!(throttle.count_at(began + INTERVAL), Some(60));
        assert_eq!(throttle.count_at(began + INTERVAL), None);
    }
}
