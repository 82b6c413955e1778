//! Times for people, in the time zone of the user.

use std::time::Duration;

use jiff::tz::TimeZone;
use ticketing_sdk::text::relative;
use ticketing_sdk::{EventTime, Timestamp};

/// Returns the time zone of the user: that of `TZ`, or of the machine.
pub(crate) fn zone() -> TimeZone {
    TimeZone::system()
}

/// Formats a time on the clock of a zone: `2026-11-22 10:15:00 UTC`.
pub(super) fn local(at: Timestamp, zone: &TimeZone) -> String {
    format_time(at, zone, "%Y-%m-%d %H:%M:%S %Z")
}

/// Formats a time as [`local`] does, with milliseconds, which distinguish the admissions of two doors:
/// `2026-11-22 10:15:00.123 UTC`.
pub(super) fn precise(at: Timestamp, zone: &TimeZone) -> String {
    format_time(at, zone, "%Y-%m-%d %H:%M:%S%.3f %Z")
}

/// Formats the day of a time, with its zone: `2026-11-22 UTC`.
pub(super) fn day(at: Timestamp, zone: &TimeZone) -> String {
    format_time(at, zone, "%Y-%m-%d %Z")
}

/// Formats a time on the clock of a zone: `10:15:00 UTC` on the present day, `2026-11-22 10:15:00 UTC` on another.
pub(super) fn time_of_day(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let is_today = day(at, zone) == day(now, zone);
    format_time(at, zone, if is_today { "%H:%M:%S %Z" } else { "%Y-%m-%d %H:%M:%S %Z" })
}

/// Formats a time as [`time_of_day`] does, with milliseconds.
pub(super) fn precise_time_of_day(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let is_today = day(at, zone) == day(now, zone);
    if is_today { format_time(at, zone, "%H:%M:%S%.3f %Z") } else { precise(at, zone) }
}

/// Formats the time of a day: `10:15:00.123`.
pub(super) fn clock(at: Timestamp, zone: &TimeZone) -> String {
    format_time(at, zone, "%H:%M:%S%.3f")
}

/// Formats a time with its distance: `2026-11-22 10:15:00 UTC (3 min ago)`.
pub(super) fn full(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    format!("{} ({})", local(at, zone), relative(at, now))
}

/// Formats a time as its distance, or as its date if that is far: `3 min ago`.
pub(super) fn short(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let distance = relative(at, now);
    // Only a date begins with a year.
    if distance.len() == 10 && distance.as_bytes()[4] == b'-' {
        return format_time(at, zone, "%Y-%m-%d");
    }
    distance
}

/// Formats the start of an event on the clock at its place: `2026-12-24 19:30 +01:00`.
pub(super) fn start(starts: &EventTime) -> String {
    format!("{} {} {}", starts.date(), starts.time(), starts.offset_label())
}

/// Formats the start of an event in few columns: `24 Dec, 19:30`, or the date alone where the year matters. The offset
/// follows where the clock of the zone shows another time.
pub(super) fn short_start(starts: &EventTime, now: Timestamp, zone: &TimeZone) -> String {
    let day = start_day(starts, now);
    if !is_near(starts, now) {
        return day;
    }
    let time = starts.time();
    let is_local =
        format_time(starts.instant(), zone, "%Y-%m-%d %H:%M") == format!("{} {time}", starts.date());
    if is_local { format!("{day}, {time}") } else { format!("{day}, {time} {}", starts.offset_label()) }
}

/// Formats the day of an event: `24 Dec`, or with the year where that matters.
pub(super) fn start_day(starts: &EventTime, now: Timestamp) -> String {
    let label = starts.label();
    let date = label.split(", ").next().unwrap_or(&label);
    let day = date.rsplit_once(' ').filter(|_| is_near(starts, now)).map_or(date, |(day, _)| day);
    day.to_owned()
}

/// Returns whether day and month determine the year of an event.
fn is_near(starts: &EventTime, now: Timestamp) -> bool {
    const NEAR: Duration = Duration::from_secs(330 * 24 * 60 * 60);
    starts.instant() >= now && starts.instant().saturating_duration_since(now) < NEAR
}

fn format_time(at: Timestamp, zone: &TimeZone, format: &str) -> String {
    match jiff::Timestamp::from_millisecond(at.as_millis()) {
        Ok(instant) => instant.to_zoned(zone.clone()).strftime(format).to_string(),
        Err(_) => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_has_its_date_its_zone_and_its_distance() {
        let now: Timestamp = "2026-11-22T10:15:00Z".parse().unwrap();
        assert_eq!(full(now, now, &TimeZone::UTC), "2026-11-22 10:15:00 UTC (now)");
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        assert_eq!(full(now, now, &tokyo), "2026-11-22 19:15:00 JST (now)");
    }

    #[test]
    fn time_of_another_day_has_its_date() {
        let now: Timestamp = "2026-11-22T15:30:00Z".parse().unwrap();
        let at: Timestamp = "2026-11-22T14:15:16Z".parse().unwrap();
        assert_eq!(time_of_day(at, now, &TimeZone::UTC), "14:15:16 UTC");
        assert_eq!(time_of_day(at, now, &TimeZone::get("Asia/Tokyo").unwrap()), "2026-11-22 23:15:16 JST");
    }

    #[test]
    fn far_time_is_the_date_in_its_zone() {
        let at: Timestamp = "2025-12-31T20:00:00Z".parse().unwrap();
        let now: Timestamp = "2026-11-22T10:15:00Z".parse().unwrap();
        assert_eq!(short(at, now, &TimeZone::UTC), "2025-12-31");
        assert_eq!(short(at, now, &TimeZone::get("Asia/Tokyo").unwrap()), "2026-01-01");
        assert_eq!(short(now, now, &TimeZone::UTC), "now");
    }

    #[test]
    fn short_start_has_its_offset_and_its_year_where_they_matter() {
        let now: Timestamp = "2026-11-22T10:15:00Z".parse().unwrap();
        for (starts, short) in [
            ("2026-12-24T19:30:00+01:00", "24 Dec, 19:30"),
            ("2026-12-24T18:30:00Z", "24 Dec, 18:30 UTC"),
            ("2026-12-24T19:30:00+09:00", "24 Dec, 19:30 +09:00"),
            ("2028-01-17T19:30:00+01:00", "17 Jan 2028"),
            ("2026-11-21T19:30:00+01:00", "21 Nov 2026"),
        ] {
            let zone = TimeZone::fixed(jiff::tz::offset(1));
            assert_eq!(short_start(&starts.parse().unwrap(), now, &zone), short);
        }
    }
}
