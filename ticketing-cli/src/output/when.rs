//! Times for people, one thing by itself.

use ticketing_sdk::Timestamp;
use ticketing_sdk::text::{date, relative, time_of_day};

/// The time with its date: `2026-11-22 10:15:00 UTC (3 min ago)`.
pub(super) fn full(at: Timestamp, now: Timestamp) -> String {
    format!("{} {} UTC ({})", date(at), time_of_day(at), relative(at, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_its_date_and_how_long_ago_it_was() {
        let now: Timestamp = "2026-11-22T10:15:00Z".parse().unwrap();
        assert_eq!(full(now, now), "2026-11-22 10:15:00 UTC (now)");
    }
}
