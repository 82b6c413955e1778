//! The timeouts of provider calls and of requests that wait for an outcome.

use std::time::Duration;

use ticketing_sdk::Timestamp;

/// Timeouts and pauses, in real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentTimeouts {
    /// How long a request waits for the outcome of its payment before it answers 202.
    pub outcome_wait: Duration,
    /// How long one step can take at the provider: longer than any single exchange.
    pub call_timeout: Duration,
    /// How much longer than its step a claim lasts: then another replica continues the step.
    pub claim_slack: Duration,
    /// The pause after the first call without a response. It doubles with each further one.
    pub first_retry: Duration,
    /// The longest pause between two calls.
    pub longest_retry: Duration,
    /// The number of calls without a response after which a waiting request gets 503.
    pub quick_tries: i64,
}

impl Default for PaymentTimeouts {
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

/// The timeouts are not nested: exchange, step, claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a call of the card provider can take {call:?}, but a step only {step:?}")]
pub struct TimeoutsError {
    /// How long one exchange with the provider can take.
    pub call: Duration,
    /// How long a step can take.
    pub step: Duration,
}

impl PaymentTimeouts {
    /// Checks that one exchange with the provider, of duration `call` at most, is shorter than its step. The claim of a
    /// step outlasts it by [`claim_slack`](Self::claim_slack).
    ///
    /// # Errors
    /// Fails if it is not.
    pub fn check(&self, call: Duration) -> Result<(), TimeoutsError> {
        if call < self.call_timeout { Ok(()) } else { Err(TimeoutsError { call, step: self.call_timeout }) }
    }

    /// Returns the earlier time of a call that is due at `due_at`, because a request waits for it `now`. Many requests
    /// do not make it earlier than the shortest pause.
    pub fn earlier_due_at(&self, due_at: Timestamp, now: Timestamp) -> Timestamp {
        due_at.min(now + self.first_retry)
    }

    /// Returns how long a step is claimed: longer than any call, so that no step is started twice during a call, and
    /// short, so that the steps of a lost replica are continued soon.
    pub fn lease(&self) -> Duration {
        self.call_timeout + self.claim_slack
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_timeouts_are_nested() {
        let timeouts = PaymentTimeouts::default();
        let call = crate::StripeTimeouts::default().longest_call();
        assert_eq!(timeouts.check(call), Ok(()));
        assert!(call < timeouts.call_timeout && timeouts.call_timeout < timeouts.lease());
        // A waiting request covers at least one whole step.
        assert!(timeouts.call_timeout < timeouts.outcome_wait);
        let step = timeouts.call_timeout;
        assert_eq!(timeouts.check(step), Err(TimeoutsError { call: step, step }));
    }

    #[test]
    fn waiting_request_shortens_a_pause_once() {
        let timeouts = PaymentTimeouts::default();
        let at = Timestamp::from_millis;
        assert_eq!(timeouts.earlier_due_at(at(30_000), at(0)), at(500));
        assert_eq!(
            timeouts.earlier_due_at(at(500), at(100)),
            at(500),
            "many requests do not shorten the pause"
        );
        assert_eq!(timeouts.earlier_due_at(at(0), at(100)), at(0), "a due step stays due");
    }
}
