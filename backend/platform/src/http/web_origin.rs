//! An origin of `TICKETING_ALLOWED_ORIGINS`: scheme, host and port, as browsers send it.

use std::fmt;
use std::str::FromStr;

use http::Uri;

/// An origin as browsers send it: scheme, host, and a port that is not the usual one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebOrigin(String);

/// A text is not an origin that a browser sends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// It contains more than an origin, or has another spelling: this one is right.
    #[error("{0:?}, as browsers send this origin")]
    Write(String),
    /// It is not an origin.
    #[error("origins like https://shop.example or http://localhost:5173, without a path or a wildcard")]
    NoOrigin,
}

impl WebOrigin {
    /// Returns whether an `Origin` header has this value.
    pub(super) fn is(&self, origin: &[u8]) -> bool {
        self.0.as_bytes().eq_ignore_ascii_case(origin)
    }

    /// Returns the origin as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WebOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for WebOrigin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let uri: Uri = text.parse().map_err(|_| OriginError::NoOrigin)?;
        let scheme = uri.scheme_str().unwrap_or_default().to_ascii_lowercase();
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        let usual_port = match scheme.as_str() {
            "https" => 443,
            "http" => 80,
            _ => return Err(OriginError::NoOrigin),
        };
        if host.is_empty() || host.contains('*') {
            return Err(OriginError::NoOrigin);
        }
        let canonical = match uri.port_u16() {
            Some(port) if port != usual_port => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        };
        if text == canonical { Ok(Self(canonical)) } else { Err(OriginError::Write(canonical)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_is_scheme_host_and_unusual_port() {
        for origin in ["https://shop.example", "http://127.0.0.1:5173", "https://[::1]:8443"] {
            assert_eq!(origin.parse::<WebOrigin>().unwrap().as_str(), origin);
        }
        for (given, expected) in [
            ("https://shop.example/", "https://shop.example"),
            ("https://shop.example/pages?x=1", "https://shop.example"),
            ("https://Shop.Example", "https://shop.example"),
            ("https://shop.example:443", "https://shop.example"),
            ("http://user@shop.example:80", "http://shop.example"),
        ] {
            let error = given.parse::<WebOrigin>().unwrap_err();
            assert_eq!(error, OriginError::Write(expected.to_owned()), "{given}");
        }
        for given in [
            "",
            "*",
            "null",
            "shop.example",
            "shop.example:443",
            "ftp://x",
            "https://",
            "https://*.x",
            "https://müller.example",
        ] {
            assert_eq!(given.parse::<WebOrigin>(), Err(OriginError::NoOrigin), "{given}");
        }
    }
}
