//! The delays between attempts.

use std::time::Duration;

/// Delays that double with each attempt.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
}

impl Backoff {
    /// Creates delays from `first` to `longest`.
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest }
    }

    /// Returns the delay after the attempt with this number, from 1.
    pub fn delay(self, attempt: u32) -> Duration {
        self.first.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(self.longest)
    }
}

/// Returns a random part of a delay, at least half of it, so that replicas do not retry together.
pub fn add_jitter(delay: Duration) -> Duration {
    // Without randomness all replicas wait for the same time, which is harmless.
    let random = getrandom::u32().unwrap_or_default();
    delay / 2 + delay.mul_f64(f64::from(random) / f64::from(u32::MAX) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest() {
        let backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(2));
        let delays = [0, 1, 2, 3, 6, 7, 1000, u32::MAX].map(|attempt| backoff.delay(attempt).as_millis());
        assert_eq!(delays, [50, 50, 100, 200, 1600, 2000, 2000, 2000]);
    }

    #[test]
    fn jitter_keeps_at_least_half_of_a_delay() {
        let delay = Duration::from_secs(1);
        let within = |jittered| (delay / 2..=delay).contains(&jittered);
        assert!((0..100).map(|_| add_jitter(delay)).all(within));
    }
}
