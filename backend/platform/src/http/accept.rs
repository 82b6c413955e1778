//! Content negotiation by `Accept` between JSON and a stream of events.

use http::{HeaderMap, HeaderName, header};

/// Returns the elements of all headers like `Accept`: their names in lower case, and their weights in thousandths, `None`
/// if a weight is invalid.
pub fn weighted_elements(headers: &HeaderMap, name: HeaderName) -> Vec<(String, Option<u16>)> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let elements = values.flat_map(|value| value.split(',')).map(|element| {
        let mut parts = element.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix(['q', 'Q'])?.strip_prefix('='));
        (name, weight.map_or(Some(1000), thousandths))
    });
    elements.collect()
}

/// Returns whether a client prefers a stream of events: `Accept` names its media type with a quality above 0 that is at
/// least the quality of `application/json`.
pub fn prefers_event_stream(headers: &HeaderMap) -> bool {
    let accepted = weighted_elements(headers, header::ACCEPT);
    let weight_of = |name| {
        // An invalid weight counts as absent.
        accepted.iter().filter(|(other, _)| other == name).map(|(_, weight)| weight.unwrap_or(1000)).max()
    };
    let stream = weight_of("text/event-stream");
    stream.is_some_and(|weight| weight > 0) && stream >= weight_of("application/json")
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
