//! The times of a single record, for people.

use ticketing_sdk::Timestamp;
use ticketing_sdk::text::{date, relative, time_of_day};

/// Formats a time with its date and its distance: `2026-11-22 10:15:00 UTC (3 min ago)`.
pub(super) fn full(at: Timestamp, now: Timestamp) -> String {
    format!("{} {} UTC ({})", date(at), time_of_day(at), relative(at, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_has_its_date_and_its_distance() {
        let now: Timestamp = "2026-11-22T10:15:00Z".parse().unwrap();
        assert_eq!(full(now, now), "2026-11-22 10:15:00 UTC (now)");
    }
}
