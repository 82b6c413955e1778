//! Time is written one way and read from any offset.

use std::time::Duration;

use proptest::prelude::*;
use ticketing_sdk::Timestamp;

proptest! {
    #[test]
    fn any_instant_survives_text_and_json(millis in Timestamp::MIN.as_millis()..=Timestamp::MAX.as_millis()) {
        let at = Timestamp::from_millis(millis);
        let text = at.to_string();
        prop_assert_eq!(text.len(), "2026-11-22T10:15:00.000Z".len());
        prop_assert!(text.ends_with('Z'));
        prop_assert_eq!(text.parse(), Ok(at));
        let json = serde_json::to_string(&at).unwrap();
        prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), at);
    }

    #[test]
    fn adding_and_since_agree(millis in 0_i64..4_000_000_000_000, more in 0_u64..1_000_000_000_000) {
        let at = Timestamp::from_millis(millis);
        let later = at + Duration::from_millis(more);
        prop_assert_eq!(later.saturating_duration_since(at), Duration::from_millis(more));
        prop_assert_eq!(later - Duration::from_millis(more), at);
        prop_assert_eq!(at.saturating_duration_since(later), Duration::ZERO);
    }

    #[test]
    fn text_order_is_time_order(a in 0_i64..4_000_000_000_000, b in 0_i64..4_000_000_000_000) {
        let (a, b) = (Timestamp::from_millis(a), Timestamp::from_millis(b));
        prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
    }
}

#[test]
fn any_offset_is_read_and_utc_is_written() {
    for text in ["2026-11-22T10:15:00Z", "2026-11-22T10:15:00.000+00:00", "2026-11-22T05:45:00.0004-04:30"] {
        assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), "2026-11-22T10:15:00.000Z", "{text}");
    }
}

#[test]
fn invalid_time_is_refused() {
    for text in [
        "",
        "now",
        "2026-11-22",
        "2026-11-22T10:15:00",
        "2026-13-01T00:00:00Z",
        "1700000000",
        "2026-11-22T10:15:00Z[UTC]",
    ] {
        assert!(text.parse::<Timestamp>().is_err(), "{text}");
    }
    assert!(serde_json::from_str::<Timestamp>("1700000000000").is_err());
}

#[test]
fn first_and_last_times_are_supported() {
    assert_eq!(Timestamp::from_millis(i64::MAX), Timestamp::MAX);
    for bound in [Timestamp::MIN, Timestamp::MAX] {
        assert_eq!(bound.to_string().parse(), Ok(bound));
    }
    assert_eq!(Timestamp::MAX + Duration::MAX, Timestamp::MAX);
    assert_eq!(Timestamp::from_millis(i64::MIN).to_string(), "0000-01-01T00:00:00.000Z");
    assert_eq!(Timestamp::MIN - Duration::from_millis(1), Timestamp::MIN);
    assert!(Timestamp::MAX.saturating_duration_since(Timestamp::MIN) > Duration::from_secs(300_000_000_000));
}

#[test]
fn system_times_convert_both_ways() {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};
    for millis in [-1_500, 0, 1_700_000_000_123] {
        let at = Timestamp::from_millis(millis);
        assert_eq!(Timestamp::from(SystemTime::from(at)), at);
    }
    assert_eq!(Timestamp::from(UNIX_EPOCH + Duration::from_micros(1_999)).as_millis(), 1);
}

#[test]
fn times_of_jiff_and_chrono_convert_both_ways() {
    for at in [
        Timestamp::MIN,
        Timestamp::from_millis(-1),
        Timestamp::from_millis(1_700_000_000_123),
        Timestamp::MAX,
    ] {
        assert_eq!(Timestamp::from(jiff::Timestamp::from(at)), at);
        assert_eq!(Timestamp::from(chrono::DateTime::<chrono::Utc>::from(at)), at);
    }
    let at = Timestamp::from_millis(1_700_000_000_123);
    assert_eq!(jiff::Timestamp::from(at).to_string(), "2023-11-14T22:13:20.123Z");
    assert_eq!(chrono::DateTime::<chrono::Utc>::from(at).to_rfc3339(), "2023-11-14T22:13:20.123+00:00");
}
