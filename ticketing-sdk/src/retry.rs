//! When a request is sent again, and after how long. Rules only: the transport acts on them.

use std::time::Duration;

use http::StatusCode;

use crate::ErrorCode;

/// The longest that the client waits on a server's word; beyond, the caller decides.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(10);

const FIRST_WAIT: Duration = Duration::from_millis(100);
const LAST_WAIT: Duration = Duration::from_secs(2);

/// Whether sending a request twice does no more than sending it once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetrySafety {
    /// A write without a key.
    Unsafe,
    /// A write with a key: safe on a server that knows keys.
    Keyed,
    /// A read, or a write that changes nothing the second time.
    Safe,
}

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AttemptOutcome {
    /// No connection: nothing was sent.
    NotSent,
    /// It was sent (or may have been), and the connection broke.
    Broken,
    /// It was sent, and no answer came in time.
    Late,
    /// Not found, where the request names something so young that this service may not have heard of it.
    NotYet,
    /// An answer.
    Answer { status: StatusCode, code: Option<ErrorCode>, retry_after: Option<Duration> },
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetryDecision {
    /// This is the outcome.
    Done,
    /// Send again, not before this time has passed.
    Again(Duration),
}

/// Judges an attempt, the `tries`th (from 1).
pub(crate) fn decide_retry(repeat: RetrySafety, seen: &AttemptOutcome, tries: u32) -> RetryDecision {
    let backoff = RetryDecision::Again(backoff(tries));
    match seen {
        AttemptOutcome::NotSent => backoff,
        // After the whole time limit the caller decides whether to wait again.
        AttemptOutcome::Late => RetryDecision::Done,
        _ if repeat == RetrySafety::Unsafe => RetryDecision::Done,
        AttemptOutcome::Broken | AttemptOutcome::NotYet => backoff,
        // Waiting does not pay for the open orders.
        AttemptOutcome::Answer { code: Some(ErrorCode::TooManyOpenOrders), .. } => RetryDecision::Done,
        AttemptOutcome::Answer { status, code, retry_after } => {
            let asks_to_wait =
                matches!(*status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
            let in_flight = *code == Some(ErrorCode::IdempotencyKeyInFlight);
            let gateway = matches!(status.as_u16(), 502..=504);
            match retry_after {
                Some(wait) if asks_to_wait || in_flight || gateway => {
                    if *wait <= LONGEST_WAIT {
                        RetryDecision::Again((*wait).max(self::backoff(tries)))
                    } else {
                        RetryDecision::Done
                    }
                }
                None if in_flight || gateway => backoff,
                _ => RetryDecision::Done,
            }
        }
    }
}

/// Doubling, capped, and spread over its upper half so that clients do not come back in step.
pub(crate) fn backoff(tries: u32) -> Duration {
    let ceiling = FIRST_WAIT.saturating_mul(1 << tries.saturating_sub(1).min(8)).min(LAST_WAIT);
    jitter(ceiling)
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

    fn again(repeat: RetrySafety, seen: &AttemptOutcome) -> bool {
        decide_retry(repeat, seen, 1) != RetryDecision::Done
    }

    #[test]
    fn what_was_not_sent_is_sent_again() {
        assert!(
            [RetrySafety::Unsafe, RetrySafety::Keyed, RetrySafety::Safe]
                .iter()
                .all(|repeat| again(*repeat, &AttemptOutcome::NotSent))
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
            assert!(!again(RetrySafety::Unsafe, &seen), "{seen:?}");
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
                assert!(again(repeat, &seen), "{seen:?}");
            }
            for seen in [
                AttemptOutcome::Late,
                answer(200, None, None),
                answer(400, Some(ErrorCode::TicketReserved), None),
                answer(404, Some(ErrorCode::NotFound), None),
                answer(409, None, None),
                answer(429, None, None),
                answer(429, Some(ErrorCode::TooManyRequests), Some(60)),
                answer(429, Some(ErrorCode::TooManyOpenOrders), Some(1)),
                answer(500, None, None),
            ] {
                assert!(!again(repeat, &seen), "{seen:?}");
            }
        }
    }

    #[test]
    fn retry_after_is_respected_and_bounded() {
        let seen = answer(503, None, Some(3));
        assert_eq!(decide_retry(RetrySafety::Safe, &seen, 1), RetryDecision::Again(Duration::from_secs(3)));
        for tries in 1..100 {
            let wait = backoff(tries);
            assert!(wait >= FIRST_WAIT / 2 && wait <= LAST_WAIT, "{wait:?}");
        }
    }
}
