//! Content negotiation by `Accept` between JSON and a stream of events.

use http::{HeaderMap, header};

const EVENT_STREAM: &str = "text/event-stream";
const JSON: &str = "application/json";

/// Returns whether a client prefers a stream of events: `Accept` names its media type with a quality above 0 that is at
/// least the quality of `application/json`.
pub fn prefers_event_stream(headers: &HeaderMap) -> bool {
    let (mut stream, mut json) = (None, None);
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    for range in values.flat_map(|value| value.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let is_quality = |part: &&str| part.get(..2).is_some_and(|name| name.eq_ignore_ascii_case("q="));
        // An invalid quality counts as absent.
        let quality = parts.find(is_quality).and_then(|part| thousandths(&part[2..])).unwrap_or(1000);
        if name.eq_ignore_ascii_case(EVENT_STREAM) {
            stream = stream.max(Some(quality));
        } else if name.eq_ignore_ascii_case(JSON) {
            json = json.max(Some(quality));
        }
    }
    stream.is_some_and(|quality| quality > 0 && Some(quality) >= json)
}

/// Parses a quality value (RFC 9110, section 12.4.2) in thousandths.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let decimals: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(decimals),
        "1" if decimals == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn stream_is_preferred_by_name_and_quality() {
        for (accept, expected) in [
            ("text/event-stream", true),
            ("Text/Event-Stream; charset=utf-8", true),
            ("text/event-stream, application/json;q=0.9", true),
            ("application/json, text/event-stream", true),
            ("application/json, text/event-stream;q=0.5", false),
            ("text/event-stream;q=0", false),
            ("text/event-stream;q=0.000", false),
            ("text/event-stream;q=0.001", true),
            ("text/event-streams", false),
            ("text/*", false),
            ("*/*", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(prefers_event_stream(&headers), expected, "{accept}");
        }
        assert!(!prefers_event_stream(&HeaderMap::new()));
    }
}
