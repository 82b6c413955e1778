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
    #[must_use]
    pub fn new(milliseconds: u64) -> Self {
        Self { milliseconds }
    }
}
