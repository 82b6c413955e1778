//! Times in one format: `22 Nov 2026, 10:15 CET`. Times of the program and of other people are on the clock of the user, with
//! the name of the zone; the start of an event is on the clock at its place, with its offset from UTC where that is not the
//! user's.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use ticketing_sdk::text::{relative, sanitize};
use ticketing_sdk::{DoubleAdmission, EventTime, Timestamp};

/// The zone in which times are shown.
#[derive(Debug, Clone)]
pub(crate) struct LocalTime(TimeZone);

/// Which events of a list are shown with the UTC offset of their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum OffsetDisplay<'a> {
    /// Nowhere: the clocks at the places are those of the user.
    #[default]
    Hidden,
    /// In its heading: every event has this offset.
    Heading(&'a str),
    /// In every row: the events have different offsets.
    Rows,
}

/// Times that are farther away are shown as dates.
const MAX_RELATIVE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

impl LocalTime {
    pub(crate) fn new(zone: TimeZone) -> Self {
        Self(zone)
    }

    fn instant(at: Timestamp) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default()
    }

    fn format(&self, at: Timestamp, format: &str) -> String {
        self.0.to_datetime(Self::instant(at)).strftime(format).to_string()
    }

    /// The day of a time.
    pub(crate) fn date(&self, at: Timestamp) -> Date {
        self.0.to_datetime(Self::instant(at)).date()
    }

    /// The time of the day: `10:15:00`.
    pub(crate) fn time_of_day(&self, at: Timestamp) -> String {
        self.format(at, "%H:%M:%S")
    }

    /// Day, time and zone: `22 Nov 2026, 10:15 CET`.
    pub(crate) fn date_and_time(&self, at: Timestamp) -> String {
        format!("{} {}", self.format(at, "%-d %b %Y, %H:%M"), self.zone(at))
    }

    /// Day, time with seconds, and zone, for admissions: `22 Nov 2026, 10:15:00 CET`.
    pub(crate) fn format_with_seconds(&self, at: Timestamp) -> String {
        format!("{} {}", self.format(at, "%-d %b %Y, %H:%M:%S"), self.zone(at))
    }

    /// A time relative to `now`, or its date if it is far away: `3 min ago`, `22 Nov 2026`.
    pub(crate) fn relative(&self, at: Timestamp, now: Timestamp) -> String {
        let distance = at.saturating_duration_since(now).max(now.saturating_duration_since(at));
        if distance < MAX_RELATIVE { relative(at, now) } else { self.format(at, "%-d %b %Y") }
    }

    /// When a pass was admitted, and by which door: `22 Nov 2026, 10:15:00 CET by north door`.
    pub(crate) fn admission(&self, at: Timestamp, device: Option<&str>) -> String {
        let by = device.map_or_else(String::new, |device| format!(" by {}", sanitize(device)));
        self.format_with_seconds(at) + &by
    }

    /// The admissions of a pass: `admitted twice: 22 Nov 2026, 10:15:00 CET by north door; 22 Nov 2026, 10:17:31 CET`.
    pub(crate) fn admissions(&self, all: &[DoubleAdmission]) -> String {
        let times = all.iter().map(|one| self.admission(one.admitted_at, one.device.as_deref()));
        let times: Vec<String> = times.collect();
        match times.len() {
            0 | 1 => format!("admitted {}", times.join("")),
            2 => format!("admitted twice: {}", times.join("; ")),
            many => format!("admitted {many} times: {}", times.join("; ")),
        }
    }

    /// The name of the zone at a time: `CET`, or `UTC+05:30` where it has none.
    pub(crate) fn zone(&self, at: Timestamp) -> String {
        let info = self.0.to_offset_info(Self::instant(at));
        let name = info.abbreviation();
        if name.chars().all(|c| c.is_ascii_alphabetic()) && !name.is_empty() {
            name.to_owned()
        } else {
            format!("UTC{}", info.offset())
        }
    }

    /// Returns whether an event starts at a place whose clock differs from the user's.
    pub(crate) fn is_elsewhere(&self, starts: &EventTime) -> bool {
        self.0.to_offset(Self::instant(starts.instant())).seconds() != offset_seconds(starts)
    }

    /// Returns when an event starts, on the clock at its place: with the offset of the place where that is another than
    /// the user's.
    pub(crate) fn event(&self, starts: &EventTime) -> String {
        let time = starts.label();
        if self.is_elsewhere(starts) { format!("{time} {}", starts.offset_label()) } else { time }
    }

    /// Returns where a list of events that start then shows their offsets.
    pub(crate) fn offset_display<'a>(
        &self,
        starts: impl Iterator<Item = &'a EventTime>,
    ) -> OffsetDisplay<'a> {
        let starts: Vec<_> = starts.collect();
        match starts.first().map(|first| first.offset_label()) {
            Some(offset) if starts.iter().any(|starts| self.is_elsewhere(starts)) => {
                let is_shared = starts.iter().all(|starts| starts.offset_label() == offset);
                if is_shared { OffsetDisplay::Heading(offset) } else { OffsetDisplay::Rows }
            }
            _ => OffsetDisplay::Hidden,
        }
    }
}

/// Returns when an event starts in few columns: `17 Jan, 19:30`, or `17 Jan 2028, 19:30` if it is far away. `offsets` is that of
/// its list.
pub(crate) fn short_event(starts: &EventTime, now: Timestamp, offsets: OffsetDisplay<'_>) -> String {
    let mut time = starts.label();
    if !is_farther_than(YEAR, starts, now)
        && let Some((date, clock)) = time.split_once(", ")
        && let Some((day, _)) = date.rsplit_once(' ')
    {
        time = format!("{day}, {clock}");
    }
    match offsets {
        OffsetDisplay::Rows => format!("{time} {}", starts.offset_label()),
        _ => time,
    }
}

/// Within this time, day and month determine the year.
const YEAR: Duration = Duration::from_secs(330 * 24 * 60 * 60);
/// The longest month.
const MONTH: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// Returns whether a list of events needs room for years. There is a start of each month among `starts`.
pub(crate) fn has_years<'a>(mut starts: impl Iterator<Item = &'a EventTime>, now: Timestamp) -> bool {
    starts.any(|starts| is_farther_than(YEAR - MONTH, starts, now))
}

fn is_farther_than(limit: Duration, starts: &EventTime, now: Timestamp) -> bool {
    let at = starts.instant();
    at.saturating_duration_since(now).max(now.saturating_duration_since(at)) >= limit
}

/// Returns the start of an event on the clock at its place, as if that were in UTC, in milliseconds: in this order, events are
/// sorted by day and time as they are shown.
pub(crate) fn clock_at_place(starts: &EventTime) -> i64 {
    starts.instant().as_millis().saturating_add(i64::from(offset_seconds(starts)) * 1_000)
}

/// The seconds by which the clock at the place of an event is ahead of UTC.
fn offset_seconds(starts: &EventTime) -> i32 {
    let offset = starts.offset();
    let number =
        |range: std::ops::Range<usize>| offset.get(range).and_then(|digits| digits.parse::<i32>().ok());
    let seconds = number(1..3).unwrap_or_default() * 3_600 + number(4..6).unwrap_or_default() * 60;
    if offset.starts_with('-') { -seconds } else { seconds }
}

#[cfg(test)]
mod tests {
    use jiff::tz::Offset;

    use super::*;

    #[test]
    fn times_are_those_of_the_zone() {
        let at: Timestamp = "2026-11-22T22:15:00Z".parse().unwrap();
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let local = LocalTime::new(zone);
        assert_eq!(local.time_of_day(at), "23:15:00");
        assert_eq!(local.date_and_time(at), "22 Nov 2026, 23:15 CET");
        assert_eq!(local.admission(at, Some("north door")), "22 Nov 2026, 23:15:00 CET by north door");
        assert_eq!(local.zone("2026-07-01T00:00:00Z".parse().unwrap()), "CEST");
        let nameless = LocalTime::new(TimeZone::fixed(Offset::from_seconds(19_800).unwrap()));
        assert_eq!(nameless.zone(at), "UTC+05:30");
        assert_eq!(nameless.date_and_time(at), "23 Nov 2026, 03:45 UTC+05:30");
        assert_eq!(LocalTime::new(TimeZone::UTC).zone(at), "UTC");
    }

    #[test]
    fn event_elsewhere_shows_its_offset() {
        let local = LocalTime::new(TimeZone::fixed(Offset::from_seconds(3_600).unwrap()));
        let event = |text: &str| local.event(&text.parse().unwrap());
        assert_eq!(event("2026-12-24T19:30:00+01:00"), "24 Dec 2026, 19:30");
        assert_eq!(event("2026-12-24T19:30:00-05:30"), "24 Dec 2026, 19:30 -05:30");
        assert_eq!(event("2026-12-24T19:30:00Z"), "24 Dec 2026, 19:30 UTC");
    }

    #[test]
    fn short_time_has_a_year_where_far_and_its_offset_among_others() {
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        for (starts, short) in [
            ("2027-01-17T19:30:00+01:00", "17 Jan, 19:30 +01:00"),
            ("2026-12-18T20:00:00+09:00", "18 Dec, 20:00 +09:00"),
            ("2026-12-18T20:00:00Z", "18 Dec, 20:00 UTC"),
            ("2027-06-18T20:00:00+02:00", "18 Jun, 20:00 +02:00"),
            ("2028-01-17T19:30:00+09:00", "17 Jan 2028, 19:30 +09:00"),
            ("2025-11-26T19:30:00+01:00", "26 Nov 2025, 19:30 +01:00"),
        ] {
            let starts = starts.parse().unwrap();
            assert_eq!(short_event(&starts, now, OffsetDisplay::Rows), short);
            let (time, _) = short.rsplit_once(' ').unwrap();
            for elsewhere in [OffsetDisplay::Heading("+09:00"), OffsetDisplay::Hidden] {
                assert_eq!(short_event(&starts, now, elsewhere), time);
            }
        }
        for (starts, expected) in [
            ("2027-09-21T12:00:00Z", false),
            ("2027-09-24T12:00:00Z", true),
            ("2025-11-26T19:30:00+01:00", true),
        ] {
            assert_eq!(has_years([starts.parse().unwrap()].iter(), now), expected, "{starts}");
        }
    }

    #[test]
    fn offset_that_all_events_share_is_shown_once() {
        let local = LocalTime::new(TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap());
        let display = |starts: &[&str]| {
            let starts: Vec<EventTime> = starts.iter().map(|starts| starts.parse().unwrap()).collect();
            format!("{:?}", local.offset_display(starts.iter()))
        };
        let (winter, summer) = ("2026-12-18T20:00:00+01:00", "2027-06-18T20:00:00+02:00");
        assert_eq!(display(&[]), "Hidden");
        assert_eq!(display(&[winter, summer]), "Hidden");
        let tokyo = "2026-12-18T20:00:00+09:00";
        assert_eq!(display(&[tokyo, tokyo]), "Heading(\"+09:00\")");
        assert_eq!(display(&[tokyo, winter]), "Rows");
        // One of the two is elsewhere, but both have the same offset.
        assert_eq!(display(&[winter, "2027-06-18T20:00:00+01:00"]), "Heading(\"+01:00\")");
    }

    #[test]
    fn far_time_is_a_date_in_the_zone() {
        let local = LocalTime::new(TimeZone::fixed(Offset::constant(9)));
        let now: Timestamp = "2026-11-22T10:15:00Z".parse().unwrap();
        assert_eq!(local.relative("2026-11-29T10:14:59Z".parse().unwrap(), now), "in 7 d");
        assert_eq!(local.relative("2025-12-31T20:00:00Z".parse().unwrap(), now), "1 Jan 2026");
    }

    #[test]
    fn events_are_sorted_as_their_clocks_show_them() {
        let at = |text: &str| clock_at_place(&text.parse().unwrap());
        assert!(at("2026-12-18T19:00:00+01:00") < at("2026-12-18T20:00:00+09:00"));
        assert!(at("2026-12-18T19:00:00-05:30") < at("2026-12-18T19:01:00Z"));
    }
}
