//! Protection against cross-site request forgery, by `Sec-Fetch-Site` and `Origin`.

use std::net::IpAddr;

use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};

use super::web_origin::WebOrigin;
use crate::telemetry::LogThrottle;

/// The relation of the page that sends a request to the server, as the browser reports it.
pub(super) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The maximum length of a logged header value, in bytes.
const MAX_SHOWN: usize = 200;

/// The setting that allows another origin.
const SETTING: &str = "TICKETING_ALLOWED_ORIGINS";

/// Returns whether a browser sends this write from a page of another origin.
///
/// `same-origin` and `none` in `Sec-Fetch-Site` suffice: no page can set it, and a proxy may have rewritten `Host`. Without
/// it `Origin` must match `Host`. A request with neither comes from a program, which has no cookies of other users.
/// `allowed` lists further origins (`https://shop.example`) that may write. If the server is reached over TLS (`over_tls`),
/// a page over plain HTTP is another origin, because an attacker in the network can have written it.
pub(super) fn is_foreign(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    allowed: &[WebOrigin],
    over_tls: bool,
) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE) {
        return false;
    }
    let site = headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes);
    if matches!(site, Some(b"same-origin" | b"none")) {
        return false;
    }
    match headers.get(header::ORIGIN).map(HeaderValue::as_bytes) {
        None => site.is_some(),
        Some(origin) if allowed.iter().any(|allowed| allowed.is(origin)) => false,
        Some(_) if site.is_some() => true,
        Some(origin) => !std::str::from_utf8(origin).is_ok_and(|origin| {
            let is_downgraded = over_tls && !is_secure(origin);
            !is_downgraded && is_same_authority(origin, uri, headers)
        }),
    }
}

/// Returns whether an attacker in the network cannot have written the pages of an origin: TLS, or this machine.
fn is_secure(origin: &str) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    let host = authority.parse::<Authority>();
    scheme.eq_ignore_ascii_case("https") || host.is_ok_and(|authority| is_this_machine(authority.host()))
}

/// Returns whether a host name is loopback, as browsers decide it.
pub(crate) fn is_this_machine(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    let is_loopback = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    is_loopback || host == "localhost" || host.ends_with(".localhost")
}

/// Logs the refusal of a request, because only an operator can allow its origin.
pub(super) fn log_refusal(headers: &HeaderMap) {
    static THROTTLE: LogThrottle = LogThrottle::new();
    let Some(times) = THROTTLE.count() else { return };
    let shown = |name: HeaderName| {
        let value = headers.get(name).map(HeaderValue::as_bytes).unwrap_or_default();
        String::from_utf8_lossy(&value[..value.len().min(MAX_SHOWN)]).into_owned()
    };
    tracing::warn!(
        origin = ?shown(header::ORIGIN),
        host = ?shown(header::HOST),
        sec_fetch_site = ?shown(SEC_FETCH_SITE),
        times,
        "refused a write from another origin; if its pages are to be trusted, or a proxy rewrites Host, add the origin \
         to {SETTING}"
    );
}

fn is_same_authority(origin: &str, uri: &Uri, headers: &HeaderMap) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else {
        return false; // `null`, or invalid
    };
    let host = match uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => headers.get(header::HOST).and_then(|host| host.to_str().ok()),
    };
    let port = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    let bare = |authority: &'_ str| -> String {
        authority.strip_suffix(port).unwrap_or(authority).to_ascii_lowercase()
    };
    host.is_some_and(|host| bare(host) == bare(authority))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn foreign(method: &Method, headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        map.insert("host", HeaderValue::from_static("127.0.0.1:3000"));
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_static(value));
        }
        let allowed = ["https://shop.example".parse().unwrap()];
        is_foreign(method, &Uri::from_static("/x"), &map, &allowed, false)
    }

    #[test]
    fn page_over_plain_http_is_foreign_to_a_server_behind_tls() {
        for (host, origin, expected) in [
            ("shop.example", "https://shop.example", false),
            ("shop.example", "http://shop.example", true),
            ("shop.example:80", "http://shop.example", true),
            ("localhost:3000", "http://localhost:3000", false),
            ("[::1]:3000", "http://[::1]:3000", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("host", HeaderValue::from_static(host));
            headers.insert("origin", HeaderValue::from_static(origin));
            assert_eq!(
                is_foreign(&Method::POST, &Uri::from_static("/x"), &headers, &[], true),
                expected,
                "{origin}"
            );
            assert!(!is_foreign(&Method::POST, &Uri::from_static("/x"), &headers, &[], false), "{origin}");
        }
    }

    #[test]
    fn browsers_may_change_state_only_from_the_same_origin() {
        for (expected, headers) in [
            (false, &[][..]),
            (false, &[("origin", "http://127.0.0.1:3000")]),
            (false, &[("sec-fetch-site", "same-origin")]),
            (false, &[("sec-fetch-site", "none")]),
            (false, &[("origin", "https://shop.example"), ("sec-fetch-site", "cross-site")]),
            (false, &[("origin", "http://127.0.0.1:3000"), ("sec-fetch-site", "same-origin")]),
            (true, &[("origin", "null")]),
            (true, &[("origin", "http://127.0.0.1:3001")]),
            (true, &[("origin", "http://evil.example")]),
            (true, &[("origin", "http://127.0.0.1:3000.evil.example")]),
            (true, &[("sec-fetch-site", "same-site")]),
            (true, &[("sec-fetch-site", "cross-site")]),
            (true, &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")]),
            (true, &[("origin", "http://127.0.0.1:3000"), ("sec-fetch-site", "same-site")]),
            // A proxy has rewritten `Host`.
            (false, &[("origin", "https://ticketing.example"), ("sec-fetch-site", "same-origin")]),
            (true, &[("origin", "https://ticketing.example")]),
        ] {
            assert_eq!(foreign(&Method::POST, headers), expected, "{headers:?}");
            assert_eq!(foreign(&Method::DELETE, headers), expected, "{headers:?}");
            assert!(!foreign(&Method::GET, headers), "{headers:?}");
        }
    }

    #[test]
    fn default_ports_and_case_do_not_matter() {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("Shop.example:443"));
        headers.insert("origin", HeaderValue::from_static("https://shop.example"));
        assert!(!is_foreign(&Method::PUT, &Uri::from_static("/x"), &headers, &[], false));
    }
}
