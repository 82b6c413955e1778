//! A log line for a condition that lasts: one at a time, with the count of what it stands for.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often a condition that lasts is logged.
const INTERVAL: Duration = Duration::from_secs(60);

/// Lets the first occurrence of a condition be logged, and then one a minute.
#[derive(Debug, Default)]
pub struct LogThrottle(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    logged_at: Option<Instant>,
    unlogged: u64,
}

impl LogThrottle {
    /// Counts one occurrence; answers how many there were since the last line where a line is due, this one included.
    pub fn occurred(&self) -> Option<u64> {
        self.occurred_at(Instant::now())
    }

    fn occurred_at(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.unlogged += 1;
        if state.logged_at.is_some_and(|at| now.saturating_duration_since(at) < INTERVAL) {
            return None;
        }
        state.logged_at = Some(now);
        Some(std::mem::take(&mut state.unlogged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lasting_condition_is_logged_once_a_minute_with_its_count() {
        let (throttle, began) = (LogThrottle::default(), Instant::now());
        assert_eq!(throttle.occurred_at(began), Some(1));
        for second in 1..60 {
            assert_eq!(throttle.occurred_at(began + Duration::from_secs(second)), None);
        }
        assert_eq!(throttle.occurred_at(began + INTERVAL), Some(60));
        assert_eq!(throttle.occurred_at(began + INTERVAL), None);
    }
}
