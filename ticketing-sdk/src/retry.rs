//! The retry policy: whether and when a request is sent again. The transport applies it.

mod budget;

use std::time::Duration;

use http::StatusCode;

pub use self::budget::RetryBudget;
use crate::ErrorCode;

/// When a request is sent again, how often, and after how long. See
/// [`ClientBuilder::retry_policy`](crate::ClientBuilder::retry_policy).
///
/// It applies only where repeating is safe: to reads, to writes with a key at a server that keeps keys, and to requests
/// that were not sent.
///
/// ```
/// use std::time::Duration;
/// use ticketing_sdk::{Client, RetryBudget, RetryPolicy};
///
/// let policy = RetryPolicy::default()
///     .max_retries(5)
///     .backoff(Duration::from_millis(50), Duration::from_secs(1))
///     .max_retry_after(Duration::from_secs(60))
///     .budget(RetryBudget::new(100));
/// let (never, once) = (RetryPolicy::never(), RetryPolicy::default().max_retries(1).without_budget());
/// let client = Client::builder("http://127.0.0.1:3000").retry_policy(policy).build()?;
/// # Ok::<(), ticketing_sdk::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a policy does nothing until a client has it"]
pub struct RetryPolicy {
    max_retries: u32,
    first_wait: Duration,
    last_wait: Duration,
    max_retry_after: Duration,
    budget: Option<RetryBudget>,
}

impl Default for RetryPolicy {
    /// Three retries, 100 ms to 2 s apart, with a budget of the client's own.
    fn default() -> Self {
        Self {
            max_retries: 3,
            first_wait: Duration::from_millis(100),
            last_wait: Duration::from_secs(2),
            max_retry_after: Duration::from_secs(10),
            budget: Some(RetryBudget::default()),
        }
    }
}

impl RetryPolicy {
    /// No retries.
    pub fn never() -> Self {
        Self::default().max_retries(0)
    }

    /// Sets the maximum number of retries of a request; 3 by default, 0 for none.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// Sets the bounds of the wait before a retry: it doubles from `first` to `last`, and is shortened at random by up
    /// to half, so that clients do not come back in step. 100 ms and 2 s by default.
    pub fn backoff(mut self, first: Duration, last: Duration) -> Self {
        (self.first_wait, self.last_wait) = (first, last.max(first));
        self
    }

    /// Sets the longest `Retry-After` that the client waits; with a longer one the call ends. 10 seconds by default.
    pub fn max_retry_after(mut self, longest: Duration) -> Self {
        self.max_retry_after = longest;
        self
    }

    /// Sets the budget of retries, which several clients may share.
    pub fn budget(mut self, budget: RetryBudget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Removes the budget: only [`Self::max_retries`] bounds the retries.
    pub fn without_budget(mut self) -> Self {
        self.budget = None;
        self
    }

    /// Returns whether the `tries`th attempt may be followed by another. Takes its cost from the budget.
    pub(crate) fn permits_retry(&self, tries: u32) -> bool {
        tries <= self.max_retries && self.budget.as_ref().is_none_or(RetryBudget::withdraw)
    }

    /// Records in the budget that a call has succeeded with its `tries`th attempt.
    pub(crate) fn record_success(&self, tries: u32) {
        if let Some(budget) = &self.budget {
            budget.record_success(tries > 1);
        }
    }

    /// Doubling, capped, and spread over its upper half.
    pub(crate) fn wait_after(&self, tries: u32) -> Duration {
        jitter(backoff(self.first_wait, tries, self.last_wait))
    }
}

/// Whether a request can be sent twice with the effect of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetrySafety {
    /// A write without a key.
    Unsafe,
    /// A write with a key: safe on a server that knows keys.
    Keyed,
    /// A read, or a write that changes nothing the second time.
    Safe,
}

/// The outcome of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AttemptOutcome {
    /// No connection: nothing was sent.
    NotSent,
    /// It was sent (or may have been), and the connection broke.
    Broken,
    /// It was sent, and no answer came in time.
    Late,
    /// Not found, where the request names something so recent that this service may not have received it.
    NotYet,
    /// A success, or an error that is the same after every attempt.
    Final,
    /// A response of the server.
    Answer { status: StatusCode, code: Option<ErrorCode>, retry_after: Option<Duration> },
}

/// Decides whether to retry after an attempt, the `tries`th (from 1), and returns the wait before that.
pub(crate) fn decide_retry(
    policy: &RetryPolicy,
    repeat: RetrySafety,
    seen: &AttemptOutcome,
    tries: u32,
) -> Option<Duration> {
    let backoff = || Some(policy.wait_after(tries));
    match seen {
        AttemptOutcome::NotSent => backoff(),
        // After the whole time limit the caller decides whether to wait again.
        AttemptOutcome::Late | AttemptOutcome::Final => None,
        _ if repeat == RetrySafety::Unsafe => None,
        AttemptOutcome::Broken | AttemptOutcome::NotYet => backoff(),
        // Waiting does not reduce the number of open orders.
        AttemptOutcome::Answer { code: Some(ErrorCode::TooManyOpenOrders), .. } => None,
        AttemptOutcome::Answer { status, code, retry_after } => {
            let asks_to_wait =
                matches!(*status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
            let in_flight = *code == Some(ErrorCode::IdempotencyKeyInFlight);
            let gateway = matches!(status.as_u16(), 502..=504);
            match retry_after {
                Some(wait) if asks_to_wait || in_flight || gateway => {
                    (*wait <= policy.max_retry_after).then(|| (*wait).max(policy.wait_after(tries)))
                }
                None if in_flight || gateway => backoff(),
                _ => None,
            }
        }
    }
}

/// Returns the wait after the attempt with this number, from 1. It doubles with each attempt, up to `last`.
pub(crate) fn backoff(first: Duration, attempt: u32, last: Duration) -> Duration {
    first.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(last)
}

/// A random time between half of `ceiling` and all of it.
pub(crate) fn jitter(ceiling: Duration) -> Duration {
    let mut bytes = [0_u8; 2];
    fill_random(&mut bytes);
    ceiling / 2 + (ceiling / 2) * u32::from(u16::from_le_bytes(bytes)) / u32::from(u16::MAX)
}

/// Fills from the system's random source.
pub(crate) fn fill_random(bytes: &mut [u8]) {
    // It fails only where the platform has none at all; a predictable key would be worse than stopping.
    if let Err(error) = getrandom::fill(bytes) {
        unreachable!("the system has no source of randomness: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, code: Option<ErrorCode>, retry_after: Option<u64>) -> AttemptOutcome {
        AttemptOutcome::Answer {
            status: StatusCode::from_u16(status).unwrap(),
            code,
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    fn is_retried(repeat: RetrySafety, seen: &AttemptOutcome) -> bool {
        decide_retry(&RetryPolicy::default(), repeat, seen, 1).is_some()
    }

    #[test]
    fn unsent_request_is_retried() {
        assert!(
            [RetrySafety::Unsafe, RetrySafety::Keyed, RetrySafety::Safe]
                .iter()
                .all(|repeat| is_retried(*repeat, &AttemptOutcome::NotSent))
        );
    }

    #[test]
    fn write_without_a_key_is_sent_once() {
        for seen in [
            AttemptOutcome::Broken,
            AttemptOutcome::Late,
            AttemptOutcome::NotYet,
            answer(503, None, Some(1)),
            answer(429, None, Some(1)),
            answer(502, None, None),
        ] {
            assert!(!is_retried(RetrySafety::Unsafe, &seen), "{seen:?}");
        }
    }

    #[test]
    fn reads_and_keyed_writes_are_repeated_when_it_may_help() {
        for repeat in [RetrySafety::Keyed, RetrySafety::Safe] {
            for seen in [
                AttemptOutcome::Broken,
                AttemptOutcome::NotYet,
                answer(502, None, None),
                answer(503, Some(ErrorCode::ProviderUnavailable), Some(1)),
                answer(429, Some(ErrorCode::TooManyRequests), Some(2)),
                answer(409, Some(ErrorCode::IdempotencyKeyInFlight), None),
            ] {
                assert!(is_retried(repeat, &seen), "{seen:?}");
            }
            for seen in [
                AttemptOutcome::Late,
                AttemptOutcome::Final,
                answer(400, Some(ErrorCode::TicketReserved), None),
                answer(404, Some(ErrorCode::NotFound), None),
                answer(409, None, None),
                answer(429, None, None),
                answer(429, Some(ErrorCode::TooManyRequests), Some(60)),
                answer(429, Some(ErrorCode::TooManyOpenOrders), Some(1)),
                answer(500, None, None),
            ] {
                assert!(!is_retried(repeat, &seen), "{seen:?}");
            }
        }
    }

    #[test]
    fn retry_after_is_respected_and_bounded() {
        let seen = answer(503, None, Some(3));
        let policy = RetryPolicy::default();
        let decide = |policy: &RetryPolicy| decide_retry(policy, RetrySafety::Safe, &seen, 1);
        assert_eq!(decide(&policy), Some(Duration::from_secs(3)));
        let impatient = RetryPolicy::default().max_retry_after(Duration::from_secs(2));
        assert_eq!(decide(&impatient), None);
        for tries in 1..100 {
            let wait = policy.wait_after(tries);
            assert!(wait >= policy.first_wait / 2 && wait <= policy.last_wait, "{wait:?}");
        }
    }
}
