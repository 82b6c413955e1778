//! How patient the service is: with the provider, and with the outcome of a request.

use std::time::Duration;

use ticketing_sdk::Timestamp;

/// Waits and time-outs, all of real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How long a request waits for the outcome of its payment before it answers 202.
    pub outcome_wait: Duration,
    /// How long one step at the provider may take: longer than any single exchange with it.
    pub call_timeout: Duration,
    /// How much longer than a step its claim lasts: after that, another replica takes the step up.
    pub claim_slack: Duration,
    /// The pause after the first call that was not answered. It doubles with each further one.
    pub first_retry: Duration,
    /// The longest pause between two calls.
    pub longest_retry: Duration,
    /// After so many calls without an answer a waiting request is told that the provider cannot be reached.
    pub quick_tries: i64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            outcome_wait: Duration::from_secs(10),
            call_timeout: Duration::from_secs(7),
            claim_slack: Duration::from_secs(3),
            first_retry: Duration::from_millis(500),
            longest_retry: Duration::from_secs(30),
            quick_tries: 3,
        }
    }
}

/// The time limits of payments are not nested: exchange, step, claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a call of the card provider may take {call:?}, but a step only {step:?}")]
pub struct PaceError {
    /// How long one exchange with the provider may take.
    pub call: Duration,
    /// How long a step may take.
    pub step: Duration,
}

impl Pace {
    /// Checks that one exchange with the provider, which takes `call` at most, ends before its step is cut off. The claim
    /// of a step outlasts it by [`claim_slack`](Self::claim_slack).
    ///
    /// # Errors
    /// When it does not.
    pub fn check(&self, call: Duration) -> Result<(), PaceError> {
        if call < self.call_timeout { Ok(()) } else { Err(PaceError { call, step: self.call_timeout }) }
    }

    /// The pause after the `attempts`-th call in a row without an answer.
    #[must_use]
    pub fn backoff(&self, attempts: i64) -> Duration {
        let doublings = attempts.saturating_sub(1).clamp(0, 16);
        self.first_retry.saturating_mul(1_u32 << doublings).min(self.longest_retry)
    }

    /// When a call that is due at `due_at` is made instead, because someone asks for it `now`: soon, and however many
    /// ask, no sooner than the shortest pause.
    #[must_use]
    pub fn hurried(&self, due_at: Timestamp, now: Timestamp) -> Timestamp {
        due_at.min(now + self.first_retry)
    }

    /// How long one step belongs to whoever began it: longer than any call, so that a step is not begun twice while
    /// its first call is still out, and short, so that a lost replica's steps are taken up soon.
    #[must_use]
    pub fn lease(&self) -> Duration {
        self.call_timeout + self.claim_slack
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let pace = Pace::default();
        let pauses: Vec<u64> =
            (1..=9).map(|attempts| u64::try_from(pace.backoff(attempts).as_millis()).unwrap()).collect();
        assert_eq!(pauses, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
        assert_eq!(pace.backoff(i64::MAX), pace.longest_retry);
        assert_eq!(pace.backoff(0), pace.first_retry);
        assert!(pace.lease() > pace.call_timeout);
    }

    #[test]
    fn an_exchange_ends_before_its_step_and_a_step_before_its_claim_and_the_wait_for_it() {
        let pace = Pace::default();
        let call = crate::StripeTimeouts::default().longest_call();
        assert_eq!(pace.check(call), Ok(()));
        assert!(call < pace.call_timeout && pace.call_timeout < pace.lease());
        // A waiting request sees at least one whole step.
        assert!(pace.call_timeout < pace.outcome_wait);
        let step = pace.call_timeout;
        assert_eq!(pace.check(step), Err(PaceError { call: step, step }));
    }

    #[test]
    fn impatience_shortens_a_pause_once() {
        let pace = Pace::default();
        let at = Timestamp::from_millis;
        assert_eq!(pace.hurried(at(30_000), at(0)), at(500));
        assert_eq!(pace.hurried(at(500), at(100)), at(500), "a crowd is no quicker than one");
        assert_eq!(pace.hurried(at(0), at(100)), at(0), "what is due stays due");
    }
}
