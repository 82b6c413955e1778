//! Validation of the `Host` header: `host[:port]` (RFC 9112, section 3.2).

use axum::extract::Request;
use http::uri::Authority;
use http::{HeaderMap, Version, header};

use super::ApiError;
use super::serve::FromListener;

const FIELD: &str = "Host";

/// Refuses a request of a connection without a valid `Host`, even if its target contains a host.
pub(super) fn check(request: &Request) -> Result<(), ApiError> {
    if request.extensions().get::<FromListener>().is_none() {
        // A test or another module of this process sent it.
        return Ok(());
    }
    match host_header(request.headers()) {
        Some(host) if is_valid(host) => Ok(()),
        Some(_) => Err(ApiError::invalid_field(
            FIELD,
            "The field Host must be a host and a port, like shop.example:443",
        )),
        None if request.version() < Version::HTTP_11 => Ok(()),
        None => Err(ApiError::invalid_field(FIELD, "The field Host is required")),
    }
}

fn host_header(headers: &HeaderMap) -> Option<&[u8]> {
    headers.get(header::HOST).map(http::HeaderValue::as_bytes)
}

fn is_valid(host: &[u8]) -> bool {
    let Ok(authority) = Authority::try_from(host) else { return false };
    let after_host = authority.as_str().strip_prefix(authority.host());
    // This also refuses user information before the host.
    let is_port = |port: &str| {
        let port = port.strip_prefix(':');
        port.is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok())
    };
    !authority.host().is_empty() && after_host.is_some_and(|port| matches!(port, "" | ":") || is_port(port))
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn host_is_a_name_or_an_address_with_an_optional_port() {
        for host in [
            "shop.example",
            "shop.example:8080",
            "127.0.0.1:3000",
            "[::1]:3000",
            "[::1]",
            "a_b:1",
            "shop.example:",
        ] {
            assert!(is_valid(host.as_bytes()), "{host}");
        }
        for host in [
            "",
            ":80",
            "a b",
            "a/b",
            "a@b",
            "user:secret@b:80",
            "a:b",
            "a:99999",
            "a:+1",
            "a, b",
            "http://a",
            "[::1",
            "a?b",
            "a#b",
            "\u{e9}.example",
        ] {
            assert!(!is_valid(host.as_bytes()), "{host}");
        }
    }
}
