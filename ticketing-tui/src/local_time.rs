//! Times on the clock of the user, with the name of the zone.

use jiff::tz::TimeZone;
use ticketing_sdk::text::sanitize;
use ticketing_sdk::{DoubleAdmission, EventTime, Timestamp};

/// The zone in which times are shown.
#[derive(Debug, Clone)]
pub(crate) struct LocalTime(TimeZone);

impl LocalTime {
    pub(crate) fn new(zone: TimeZone) -> Self {
        Self(zone)
    }

    fn instant(at: Timestamp) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default()
    }

    /// The time of the day: `10:15:00`.
    pub(crate) fn time_of_day(&self, at: Timestamp) -> String {
        self.0.to_datetime(Self::instant(at)).strftime("%H:%M:%S").to_string()
    }

    /// Day, time and zone: `2026-11-22 10:15 CET`.
    pub(crate) fn date_and_time(&self, at: Timestamp) -> String {
        let time = self.0.to_datetime(Self::instant(at)).strftime("%Y-%m-%d %H:%M");
        format!("{time} {}", self.zone(at))
    }

    /// When a pass was admitted, and by which door: `2026-11-22 10:15 CET by north door`.
    pub(crate) fn admission(&self, at: Timestamp, device: Option<&str>) -> String {
        let by = device.map_or_else(String::new, |device| format!(" by {}", sanitize(device)));
        self.date_and_time(at) + &by
    }

    /// The admissions of a pass: `admitted twice, 2026-11-22 10:15 CET by north door and 2026-11-22 10:17 CET`.
    pub(crate) fn admissions(&self, all: &[DoubleAdmission]) -> String {
        let times = all.iter().map(|one| self.admission(one.admitted_at, one.device.as_deref()));
        let times: Vec<String> = times.collect();
        match times.len() {
            0 | 1 => format!("admitted {}", times.join("")),
            2 => format!("admitted twice, {}", times.join(" and ")),
            many => format!("admitted {many} times, {}", times.join(", ")),
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

    /// Returns when an event starts, on the clock at its place: with the offset of the place where that is another than
    /// the user's.
    pub(crate) fn event(&self, starts: &EventTime) -> String {
        let seconds = self.0.to_offset(Self::instant(starts.instant())).seconds();
        if offset_seconds(starts.offset()) == Some(seconds) {
            starts.label()
        } else {
            format!("{} {}", starts.label(), starts.offset_label())
        }
    }
}

/// The seconds of an offset as events have it: `+01:00`, or `Z`.
fn offset_seconds(offset: &str) -> Option<i32> {
    if offset.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let number = |range: std::ops::Range<usize>| offset.get(range)?.parse::<i32>().ok();
    let seconds = number(1..3)? * 3_600 + number(4..6)? * 60;
    Some(if offset.starts_with('-') { -seconds } else { seconds })
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
        assert_eq!(local.date_and_time(at), "2026-11-22 23:15 CET");
        assert_eq!(local.zone("2026-07-01T00:00:00Z".parse().unwrap()), "CEST");
        let nameless = LocalTime::new(TimeZone::fixed(Offset::from_seconds(19_800).unwrap()));
        assert_eq!(nameless.zone(at), "UTC+05:30");
        assert_eq!(nameless.date_and_time(at), "2026-11-23 03:45 UTC+05:30");
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
}
