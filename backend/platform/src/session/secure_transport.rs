//! The check that a browser would store the session cookie.

use http::{HeaderMap, HeaderValue, Uri, header};
use ticketing_sdk::ErrorCode;

use crate::http::{ApiError, is_this_machine};

/// Refuses to begin a session for a page that was loaded over plain HTTP, if the cookie is `Secure`. Browsers store
/// such a cookie for this machine.
pub(super) fn check(headers: &HeaderMap, is_secure: bool) -> Result<(), ApiError> {
    // Some browsers send `Referer` and no `Origin` with a form.
    let page = headers.get(header::ORIGIN).or_else(|| headers.get(header::REFERER));
    let origin = page.map(HeaderValue::as_bytes).and_then(|page| Uri::try_from(page).ok());
    let is_plain = |origin: &Uri| {
        origin.scheme_str() == Some("http") && !is_this_machine(origin.host().unwrap_or_default())
    };
    if !is_secure || !origin.as_ref().is_some_and(is_plain) {
        return Ok(());
    }
    tracing::debug!(
        ?origin,
        "sign-in over plain HTTP refused: the cookie is Secure (TICKETING_COOKIE_SECURE)"
    );
    Err(ApiError::rule(
        ErrorCode::InsecureTransport,
        "Signing in needs HTTPS here: open this page with https:// (or set TICKETING_COOKIE_SECURE=false on a server \
         that speaks plain HTTP in a network that is trusted)",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secure_cookie_is_refused_to_pages_over_plain_http() {
        for (origin, is_stored) in [
            ("http://192.168.1.5:3000", false),
            ("http://shop.example", false),
            ("https://shop.example", true),
            ("http://localhost:3000", true),
            ("http://127.0.0.1:3000", true),
            ("http://[::1]:3000", true),
            ("null", true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            assert_eq!(check(&headers, true).is_ok(), is_stored, "{origin}");
            assert!(check(&headers, false).is_ok());
        }
        assert!(check(&HeaderMap::new(), true).is_ok());
        let mut headers = HeaderMap::new();
        headers.insert(header::REFERER, HeaderValue::from_static("http://shop.example/signin?next=/"));
        assert!(check(&headers, true).is_err());
        headers.insert(header::ORIGIN, HeaderValue::from_static("https://shop.example"));
        assert!(check(&headers, true).is_ok(), "Origin precedes Referer");
    }
}
