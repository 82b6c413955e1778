//! The start of an event: an instant with the offset of its place.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::Timestamp;

/// The start of an event, in RFC 3339 with the offset of its place. The text is kept as given, so that every client
/// shows the local time of the event.
///
/// ```
/// use ticketing_sdk::EventTime;
///
/// let starts: EventTime = "2026-12-24T19:30:00+01:00".parse()?;
/// assert_eq!(starts.as_str(), "2026-12-24T19:30:00+01:00");
/// assert_eq!(starts.instant().to_string(), "2026-12-24T18:30:00.000Z");
/// assert_eq!(starts.label(), "24 Dec 2026, 19:30");
/// assert_eq!(starts.full_label(), "Thu 24 Dec 2026, 19:30 +01:00");
/// assert_eq!((starts.date(), starts.time(), starts.offset()), ("2026-12-24", "19:30", "+01:00"));
/// # Ok::<(), ticketing_sdk::EventTimeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventTime {
    text: String,
    instant: Timestamp,
}

/// A text that is not an RFC 3339 time with an offset.
///
/// ```
/// use ticketing_sdk::{EventTime, EventTimeError};
///
/// assert_eq!("24 December".parse::<EventTime>(), Err(EventTimeError));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a time with an offset: expected RFC 3339, like 2026-12-24T19:30:00+01:00")]
pub struct EventTimeError;

/// Digits of a fraction of a second beyond these are not read.
const MAX_FRACTION: usize = 9;

impl EventTime {
    /// The instant, to the millisecond.
    #[must_use]
    pub fn instant(&self) -> Timestamp {
        self.instant
    }

    /// The text as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The day at the place: `2026-12-24`.
    #[must_use]
    pub fn date(&self) -> &str {
        self.text.get(..10).unwrap_or_default()
    }

    /// The time of the day at the place, to the minute: `19:30`.
    #[must_use]
    pub fn time(&self) -> &str {
        self.text.get(11..16).unwrap_or_default()
    }

    /// Date and time on the clock at the place, for people: `24 Dec 2026, 19:30`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{}, {}", self.format_date("%-d %b %Y"), self.time())
    }

    /// Day of the week, date and time on the clock at the place, with its offset: `Thu 24 Dec 2026, 19:30 +01:00`.
    #[must_use]
    pub fn full_label(&self) -> String {
        format!("{} {} {}", self.format_date("%a"), self.label(), self.offset_label())
    }

    fn format_date(&self, format: &str) -> String {
        let date = self.date().parse::<jiff::civil::Date>();
        date.map(|date| date.strftime(format).to_string()).unwrap_or_default()
    }

    /// Returns whether the event starts at most `span` before or after this time.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let starts: ticketing_sdk::EventTime = "2026-12-24T19:30:00+01:00".parse()?;
    /// let hours = |hours: u64| Duration::from_secs(hours * 3600);
    /// assert!(starts.is_within(hours(2), "2026-12-24T16:30:00Z".parse()?));
    /// assert!(!starts.is_within(hours(1), "2026-12-24T16:30:00Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_within(&self, span: Duration, at: Timestamp) -> bool {
        let (before, after) =
            (at.saturating_duration_since(self.instant), self.instant.saturating_duration_since(at));
        before.max(after) <= span
    }

    /// Returns why this start is not that of the event at the door, at this time: `this ticket is for another day: Thu 24
    /// Dec 2026, 19:30 +01:00`. On the day itself, by the clock at the place, it is for another time.
    ///
    /// ```
    /// let starts: ticketing_sdk::EventTime = "2026-12-24T19:30:00+01:00".parse()?;
    /// let words = |at: &str| at.parse().map(|at| starts.other_day_message(at));
    /// let start = "Thu 24 Dec 2026, 19:30 +01:00";
    /// assert_eq!(words("2026-12-23T22:59:00Z"), Ok(format!("this ticket is for another day: {start}")));
    /// assert_eq!(words("2026-12-23T23:00:00Z"), Ok(format!("this ticket is for another time: {start}")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn other_day_message(&self, at: Timestamp) -> String {
        let what = if self.date_at_place(at) == self.date() { "time" } else { "day" };
        format!("this ticket is for another {what}: {}", self.full_label())
    }

    /// Returns the day of a time by the clock at the place.
    fn date_at_place(&self, at: Timestamp) -> String {
        // The offset is the end of the text, so a date with it is read whatever the offset.
        let offset = format!("1970-01-01T00:00:00{}", self.offset()).parse::<Timestamp>();
        let ahead = offset.map_or(0, |midnight| -midnight.as_millis());
        let local = Timestamp::from_millis(at.as_millis().saturating_add(ahead)).to_string();
        local.get(..10).unwrap_or_default().to_owned()
    }

    /// The offset of the place from UTC: `+01:00`, or `Z`.
    #[must_use]
    pub fn offset(&self) -> &str {
        let start = self.text.rfind(['Z', 'z', '+', '-']).unwrap_or_default();
        self.text.get(start..).unwrap_or_default()
    }

    /// The offset of the place from UTC, for people: `+01:00`, or `UTC` where there is none.
    ///
    /// ```
    /// let label = |text: &str| text.parse().map(|starts: ticketing_sdk::EventTime| starts.offset_label().to_owned());
    /// assert_eq!(label("2026-12-24T19:30:00+01:00")?, "+01:00");
    /// assert_eq!([label("2026-12-24T19:30:00Z")?, label("2026-12-24T19:30:00+00:00")?], ["UTC", "UTC"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn offset_label(&self) -> &str {
        match self.offset() {
            "Z" | "z" | "+00:00" | "-00:00" => "UTC",
            offset => offset,
        }
    }
}

/// Returns whether a text has the form of RFC 3339: parsers also read shorter forms, which other clients could not.
fn is_rfc3339(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let matches = |text: &str, pattern: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(byte, form)| match form {
                b'0' => byte.is_ascii_digit(),
                form => byte.eq_ignore_ascii_case(&form),
            })
    };
    let Some((head, tail)) = text.split_at_checked(19) else { return false };
    let (fraction, offset) = match tail.strip_prefix('.') {
        None => (None, tail),
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            (Some(&rest[..end]), &rest[end..])
        }
    };
    matches(head, "0000-00-00T00:00:00")
        && fraction.is_none_or(|text| (1..=MAX_FRACTION).contains(&text.len()) && digits(text))
        && (matches(offset, "Z") || matches(offset, "+00:00") || matches(offset, "-00:00"))
        // No leap second, which many programs refuse, and no offset of a day.
        && head.get(17..).is_some_and(|seconds| seconds < "60")
        && offset.get(1..3).is_none_or(|hours| hours < "24")
        && offset.get(4..).is_none_or(|minutes| minutes < "60")
}

/// Returns whether date and time exist, in the last year that has four digits.
fn is_last_date(text: &str) -> bool {
    text.get(..19)
        .and_then(|local| local.parse::<jiff::civil::DateTime>().ok())
        .is_some_and(|at| at.year() == 9999)
}

impl FromStr for EventTime {
    type Err = EventTimeError;

    fn from_str(text: &str) -> Result<Self, EventTimeError> {
        if !is_rfc3339(text) {
            return Err(EventTimeError);
        }
        let instant = match text.parse() {
            Ok(instant) => instant,
            // The last hours of the year 9999 lie beyond the last instant.
            Err(_) if is_last_date(text) => Timestamp::MAX,
            Err(_) => return Err(EventTimeError),
        };
        Ok(Self { text: text.to_owned(), instant })
    }
}

impl fmt::Display for EventTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl AsRef<str> for EventTime {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl Serialize for EventTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for EventTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for EventTime {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("When an event starts: RFC 3339 with the offset of its place, kept as given."))
            .examples(["2026-12-24T19:30:00+01:00"])
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for EventTime {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rfc3339_with_an_offset_is_read() {
        for good in [
            "2026-12-24T19:30:00Z",
            "2026-12-24t19:30:00z",
            "2026-12-24T19:30:00.5+01:00",
            "2026-12-24T19:30:00.123456789-11:30",
            "2024-02-29T00:00:00+00:00",
        ] {
            assert_eq!(good.parse::<EventTime>().unwrap().as_str(), good);
        }
        for last in ["9999-12-31T19:30:00-05:00", "9999-12-31T23:59:59Z", "9999-12-31t23:59:59.9-23:59"] {
            let last: EventTime = last.parse().unwrap();
            assert_eq!(last.instant(), Timestamp::MAX, "{last}");
        }
        for bad in [
            "9999-12-32T00:00:00-05:00",
            "9999-12-31T24:00:00-05:00",
            "",
            "tomorrow",
            "2026-12-24",
            "2026-12-24T19:30+01:00",
            "2026-12-24T19:30:00",
            "2026-12-24 19:30:00+01:00",
            "2026-12-24T19:30:00+01",
            "2026-12-24T19:30:00+0100",
            "2026-12-24T19:30:00+01:00[Europe/Zurich]",
            "2026-02-29T00:00:00Z",
            "2026-12-24T25:00:00Z",
            "2026-12-24T19:30:00.+01:00",
            "2026-12-24T19:30:00.1234567890+01:00",
            "2026-12-24T19:30:60Z",
            "2026-12-31T23:59:60Z",
            "2026-12-24T19:30:00+24:00",
            "2026-12-24T19:30:00+01:60",
            "２026-12-24T19:30:00Z",
            "2026-12-24T19:30:00Ź",
        ] {
            assert_eq!(bad.parse::<EventTime>(), Err(EventTimeError), "{bad}");
        }
    }

    #[test]
    fn offset_is_read_whatever_the_fraction() {
        for (text, offset) in [("2026-12-24T19:30:00.25-03:30", "-03:30"), ("2026-12-24T19:30:00Z", "Z")] {
            assert_eq!(text.parse::<EventTime>().unwrap().offset(), offset);
        }
    }
}
