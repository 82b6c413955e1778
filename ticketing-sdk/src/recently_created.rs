//! Detects resources so recent that not every service may have their event yet.

use std::time::Duration;

use http::HeaderMap;

use crate::clock::date;

/// The age below which a resource counts as recent. A service that lags longer is unhealthy; the client does not wait for it.
const RECENT_AGE: Duration = Duration::from_secs(15);

/// Returns whether the resource was created moments before this response, by its identifier if that is
/// a UUIDv7, and by the `Date` of the response. The local clock is not used: it may be wrong.
pub(crate) fn is_recently_created(id: &str, answer: &HeaderMap) -> bool {
    match (made_at(id), date(answer)) {
        (Some(made), Some(date)) => u128::from(made.abs_diff(date.as_millis())) <= RECENT_AGE.as_millis(),
        _ => false,
    }
}

/// The time that an identifier carries, in milliseconds since the Unix epoch: a UUIDv7, or an ObjectId of the original.
pub(crate) fn made_at(id: &str) -> Option<i64> {
    if id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return i64::from_str_radix(&id[..8], 16).ok()?.checked_mul(1000);
    }
    let groups: Vec<&str> = id.split('-').collect();
    let [high, low, version, variant, node] = groups[..] else { return None };
    let lengths = [high, low, version, variant, node].map(str::len);
    if lengths != [8, 4, 4, 4, 12] || !version.starts_with('7') {
        return None;
    }
    i64::from_str_radix(&format!("{high}{low}"), 16).ok()
}

#[cfg(test)]
mod tests {
    use http::header::DATE;

    use super::*;

    fn date_header(date: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(DATE, date.parse().unwrap())])
    }

    /// Made on 2026-11-22 at 14:47:20.710 UTC.
    const ID: &str = "01a203b9-d806-71eb-8d06-dbab9285e702";

    #[test]
    fn identifier_of_moments_ago_is_recent() {
        assert_eq!(made_at(ID).unwrap() / 1000, 1_795_358_840);
        for date in ["Sun, 22 Nov 2026 14:47:20 GMT", "Sun, 22 Nov 2026 14:47:34 GMT"] {
            assert!(is_recently_created(ID, &date_header(date)), "{date}");
        }
        for date in ["Sun, 22 Nov 2026 14:47:40 GMT", "Sun, 22 Nov 2026 14:40:00 GMT", "soon"] {
            assert!(!is_recently_created(ID, &date_header(date)), "{date}");
        }
        assert!(!is_recently_created(ID, &HeaderMap::new()));
    }

    #[test]
    fn object_id_carries_its_creation_time() {
        assert_eq!(made_at("6b02ff78c1d2e3f405162738"), Some(0x6b02_ff78 * 1000));
        let date = date_header("Sun, 22 Nov 2026 14:47:20 GMT");
        let id = format!("{:08x}c1d2e3f405162738", 1_795_358_838);
        assert!(is_recently_created(&id, &date));
        assert!(!is_recently_created("5ea9b8f0c1d2e3f405162738", &date));
    }

    #[test]
    fn identifier_without_a_time_is_not_recent() {
        let date = date_header("Sun, 22 Nov 2026 14:47:20 GMT");
        for id in ["", "6ac1f9", "01a203b9-d806-41eb-8d06-dbab9285e702", "é-é-7-é-é"] {
            assert!(!is_recently_created(id, &date), "{id}");
        }
    }
}
