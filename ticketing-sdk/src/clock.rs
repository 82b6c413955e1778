//! The offset of the server's clock, from the `Date` of its responses.

use std::sync::atomic::{AtomicI64, Ordering};

use http::HeaderMap;
use http::header::{AGE, DATE};
use jiff::fmt::rfc2822;

use crate::Timestamp;

/// The largest difference that is ignored, in milliseconds: a `Date` has whole seconds, and a response takes time.
const TOLERANCE: i64 = 3_000;
/// The average fraction that a `Date` omits, in milliseconds.
const HALF_SECOND: i64 = 500;

/// How far the server's clock is ahead of this machine's, in milliseconds. 0 until the first response.
#[derive(Debug, Default)]
pub(crate) struct ServerClock(AtomicI64);

impl ServerClock {
    /// Learns from the head of an answer that has just come.
    pub(crate) fn observe(&self, headers: &HeaderMap) {
        self.observe_at(headers, local_now());
    }

    fn observe_at(&self, headers: &HeaderMap, now: Timestamp) {
        // A response of a cache has the date at which it was stored.
        if headers.contains_key(AGE) {
            return;
        }
        if let Some(date) = date(headers) {
            let offset = (date.as_millis() + HALF_SECOND).saturating_sub(now.as_millis());
            self.0.store(if offset.abs() < TOLERANCE { 0 } else { offset }, Ordering::Relaxed);
        }
    }

    pub(crate) fn server_time(&self, local: Timestamp) -> Timestamp {
        Timestamp::from_millis(local.as_millis().saturating_add(self.0.load(Ordering::Relaxed)))
    }
}

/// The `Date` of an answer.
pub(crate) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let date = rfc2822::parse(headers.get(DATE)?.to_str().ok()?).ok()?;
    Some(Timestamp::from_millis(date.timestamp().as_millisecond()))
}

/// The time of this machine. It is compared with the server's, and it orders idempotency keys; no deadline depends on it.
#[expect(clippy::disallowed_methods, reason = "a key and the offset of this clock need no other clock")]
pub(crate) fn local_now() -> Timestamp {
    Timestamp::from_millis(jiff::Timestamp::now().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The time of the `Date` header of [`answer`].
    const DATE_MILLIS: i64 = 1_795_358_840_000;

    fn answer(more: &[(http::HeaderName, &'static str)]) -> HeaderMap {
        let date = (DATE, "Sun, 22 Nov 2026 14:47:20 GMT");
        [date].iter().chain(more).map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    fn offset(clock: &ServerClock) -> i64 {
        clock.server_time(Timestamp::from_millis(0)).as_millis()
    }

    #[test]
    fn wrong_local_clock_is_corrected_by_the_date() {
        for minutes in [-20, 20] {
            let clock = ServerClock::default();
            clock.observe_at(&answer(&[]), Timestamp::from_millis(DATE_MILLIS + minutes * 60_000));
            assert_eq!(offset(&clock), HALF_SECOND - minutes * 60_000);
            // The machine's clock is set right.
            clock.observe_at(&answer(&[]), Timestamp::from_millis(DATE_MILLIS + 1_900));
            assert_eq!(offset(&clock), 0);
        }
    }

    #[test]
    fn answer_without_its_own_date_tells_nothing() {
        let clock = ServerClock::default();
        let now = Timestamp::from_millis(DATE_MILLIS + 3_600_000);
        for headers in [HeaderMap::new(), answer(&[(AGE, "3600")])] {
            clock.observe_at(&headers, now);
            assert_eq!(offset(&clock), 0, "{headers:?}");
        }
    }
}
