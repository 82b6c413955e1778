//! Instants: milliseconds since the Unix epoch, RFC 3339 in UTC on the wire.

use std::borrow::Cow;
use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

/// An instant, to the millisecond.
///
/// Written as RFC 3339 in UTC with exactly three decimals; read with any offset (finer digits are dropped).
///
/// ```
/// use ticketing_sdk::Timestamp;
///
/// let at: Timestamp = "2026-11-22T11:15:00+01:00".parse()?;
/// assert_eq!(at.to_string(), "2026-11-22T10:15:00.000Z");
/// let later = Timestamp::from_millis(at.as_millis() + 2000);
/// assert_eq!(later.saturating_duration_since(at).as_secs(), 2);
/// # Ok::<(), ticketing_sdk::TimestampError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "openapi",
    schema(
        value_type = String,
        format = DateTime,
        example = "2026-11-22T10:15:00.000Z",
        description = "An instant in UTC, RFC 3339 with milliseconds."
    )
)]
pub struct Timestamp(i64);

/// A text that is not an RFC 3339 instant.
///
/// ```
/// assert!("yesterday".parse::<ticketing_sdk::Timestamp>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a time: expected RFC 3339, like 2026-11-22T10:15:00.000Z")]
pub struct TimestampError;

impl Timestamp {
    /// The earliest: the first instant of the year 0.
    pub const MIN: Self = Self(-62_167_219_200_000);
    /// The latest: near the end of the year 9999.
    pub const MAX: Self = Self(253_402_207_200_000);

    /// An instant from milliseconds since the Unix epoch, held within [`Self::MIN`] and [`Self::MAX`].
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// The time from `earlier` to this instant, zero if that is not earlier.
    #[must_use]
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        // Both lie within the bounds, so the difference cannot overflow.
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.0.saturating_add(millis))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.0.saturating_sub(millis))
    }
}

impl From<SystemTime> for Timestamp {
    /// Drops what is finer than a millisecond, and clamps to [`Self::MIN`] and [`Self::MAX`].
    fn from(time: SystemTime) -> Self {
        let epoch = Self::from_millis(0);
        match time.duration_since(UNIX_EPOCH) {
            Ok(since) => epoch + since,
            Err(before) => epoch - before.duration(),
        }
    }
}

impl From<Timestamp> for SystemTime {
    fn from(timestamp: Timestamp) -> Self {
        let millis = Duration::from_millis(timestamp.0.unsigned_abs());
        if timestamp.0 < 0 { UNIX_EPOCH - millis } else { UNIX_EPOCH + millis }
    }
}

#[cfg(feature = "jiff")]
impl From<jiff::Timestamp> for Timestamp {
    /// Drops what is finer than a millisecond.
    fn from(timestamp: jiff::Timestamp) -> Self {
        Self::from_millis(timestamp.as_millisecond())
    }
}

#[cfg(feature = "jiff")]
impl From<Timestamp> for jiff::Timestamp {
    fn from(timestamp: Timestamp) -> Self {
        // The bounds of both types are the same.
        Self::from_millisecond(timestamp.0).unwrap_or(Self::MAX)
    }
}

#[cfg(feature = "chrono")]
impl From<chrono::DateTime<chrono::Utc>> for Timestamp {
    /// Drops what is finer than a millisecond, and clamps to [`Self::MIN`] and [`Self::MAX`].
    fn from(time: chrono::DateTime<chrono::Utc>) -> Self {
        Self::from_millis(time.timestamp_millis())
    }
}

#[cfg(feature = "chrono")]
impl From<Timestamp> for chrono::DateTime<chrono::Utc> {
    fn from(timestamp: Timestamp) -> Self {
        // The bounds of `chrono` are wider.
        Self::from_timestamp_millis(timestamp.0).unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = jiff::Timestamp::from_millisecond(self.0).map_err(|_| fmt::Error)?;
        f.pad(&format!("{instant:.3}"))
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        // The parser also accepts forms beyond RFC 3339, such as a time zone in brackets.
        if text.contains('[') {
            return Err(TimestampError);
        }
        let instant: jiff::Timestamp = text.parse().map_err(|_| TimestampError)?;
        Ok(Self::from_millis(instant.as_millisecond()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
