//! The clock of a marketplace that was started with a movable one, for tests and demonstrations.

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// The time of the marketplace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ClockTime {
    /// The time by which deadlines are set and pass.
    pub now: Timestamp,
}

impl ClockTime {
    /// Creates the answer of a server.
    ///
    /// ```
    /// use ticketing_sdk::{ClockTime, Timestamp};
    ///
    /// let time = ClockTime::new(Timestamp::from_millis(0));
    /// assert_eq!(time.now.to_string(), "1970-01-01T00:00:00.000Z");
    /// ```
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self { now }
    }
}

/// A request to move the clock forward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AdvanceClock {
    /// The distance in milliseconds: more than 0, and at most [`Self::MAX_MILLIS`].
    pub milliseconds: u64,
}

impl AdvanceClock {
    /// The longest distance of one request: a year.
    pub const MAX_MILLIS: u64 = 366 * 24 * 3600 * 1000;

    /// Creates the request.
    ///
    /// ```
    /// let step = ticketing_sdk::AdvanceClock::new(60_000);
    /// assert_eq!(step.milliseconds, 60_000);
    /// ```
    #[must_use]
    pub fn new(milliseconds: u64) -> Self {
        Self { milliseconds }
    }
}
