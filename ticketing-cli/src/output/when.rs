//! Times for people: how long ago, or how long until.

use ticketing_sdk::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// Beyond this the date says more.
const LONG: u64 = 30 * DAY;

/// `3 min ago`, `in 14 min`, or the date where it is far away.
pub(super) fn relative(at: Timestamp, now: Timestamp) -> String {
    let (ahead, since) = (at.saturating_since(now).as_secs(), now.saturating_since(at).as_secs());
    match (ahead, since) {
        (0, 0) => "now".to_owned(),
        (0, since) if since >= LONG => date(at),
        (0, since) => format!("{} ago", amount(since)),
        (ahead, _) if ahead >= LONG => date(at),
        (ahead, _) => format!("in {}", amount(ahead)),
    }
}

/// The time with its date, for one thing by itself: `2026-11-22 10:15:00 UTC (3 min ago)`.
pub(super) fn full(at: Timestamp, now: Timestamp) -> String {
    let text = at.to_string();
    let time = text.get(11..19).unwrap_or_default();
    format!("{} {time} UTC ({})", date(at), relative(at, now))
}

fn date(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

fn amount(seconds: u64) -> String {
    match seconds {
        0..MINUTE => format!("{seconds} s"),
        MINUTE..HOUR => format!("{} min", seconds / MINUTE),
        HOUR..DAY => format!("{} h", seconds / HOUR),
        _ => format!("{} d", seconds / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_near_in_words_and_far_as_dates() {
        let now: Timestamp = "2026-11-22T10:15:00Z".parse().unwrap();
        let shown = |text: &str| relative(text.parse().unwrap(), now);
        assert_eq!(shown("2026-11-22T10:15:00.400Z"), "now");
        assert_eq!(shown("2026-11-22T10:14:18Z"), "42 s ago");
        assert_eq!(shown("2026-11-22T10:29:59Z"), "in 14 min");
        assert_eq!(shown("2026-11-22T07:00:00Z"), "3 h ago");
        assert_eq!(shown("2026-11-20T10:00:00Z"), "2 d ago");
        assert_eq!(shown("2025-01-02T10:00:00Z"), "2025-01-02");
        assert_eq!(full(now, now), "2026-11-22 10:15:00 UTC (now)");
    }
}
