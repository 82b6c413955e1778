//! The refusal of state-changing requests that a browser sends for another site.

use http::{HeaderMap, Method, Uri, header};

/// Whether a browser says that this request comes from another origin than the one it goes to.
///
/// Requests without `Origin` and `Sec-Fetch-Site` come from programs, which hold no one else's cookies.
/// `allowed` lists further origins (`https://shop.example`) that may change state.
pub(super) fn is_foreign(method: &Method, uri: &Uri, headers: &HeaderMap, allowed: &[String]) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE) {
        return false;
    }
    let origin = headers.get(header::ORIGIN);
    let site = headers.get("sec-fetch-site");
    if origin.is_none() && site.is_none() {
        return false;
    }
    let origin = match origin.map(|value| value.to_str()) {
        Some(Ok(origin)) => Some(origin),
        Some(Err(_)) => return true,
        None => None,
    };
    if origin.is_some_and(|origin| allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))) {
        return false;
    }
    if site.is_some_and(|site| site != "same-origin" && site != "none") {
        return true;
    }
    origin.is_some_and(|origin| !is_same_authority(origin, uri, headers))
}

fn is_same_authority(origin: &str, uri: &Uri, headers: &HeaderMap) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else {
        return false; // `null`, or nonsense
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
        is_foreign(method, &Uri::from_static("/x"), &map, &["https://shop.example".to_owned()])
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
            (true, &[("origin", "http://evil.example"), ("sec-fetch-site", "same-origin")]),
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
        assert!(!is_foreign(&Method::PUT, &Uri::from_static("/x"), &headers, &[]));
    }
}
