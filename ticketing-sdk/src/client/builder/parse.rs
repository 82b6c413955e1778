//! Reads the address of the server and the headers of every request.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use url::Url;

use crate::http_backend::is_loopback;
use crate::{Error, Result};

/// Reads the headers of every request.
pub(super) fn headers(pairs: Vec<(String, String)>) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        match (HeaderName::try_from(&name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => headers.insert(name, value),
            _ => {
                let message = format!("{name:?} or its value holds characters that cannot be sent");
                return Err(Error::invalid("header", message));
            }
        };
    }
    Ok(headers)
}

/// Parses a URL. A host with a port or a dot needs no scheme: `http` is assumed for this machine, `https` for any
/// other.
pub(super) fn parse_server(text: &str) -> Result<Url> {
    let refuse = |why: &str| Err(Error::invalid("server", why));
    let parsed = if text.contains("://") || !text.contains([':', '.']) {
        Url::parse(text)
    } else {
        Url::parse(&format!("http://{text}")).and_then(|url| match is_loopback(&url) {
            true => Ok(url),
            false => Url::parse(&format!("https://{text}")),
        })
    };
    let Ok(url) = parsed else {
        return refuse("must be an address like http://127.0.0.1:3000");
    };
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return refuse("must be an http or https address, like http://127.0.0.1:3000");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not hold a user name or password; sign in instead");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("must not have a query or fragment");
    }
    Ok(url)
}
