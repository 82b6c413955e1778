//! The data and options of a request, without the client that sends it.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, HeaderName, HeaderValue};
use http::{HeaderMap, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::retry::RetrySafety;
use crate::session::UseSession;
use crate::{Error, IdempotencyKey, Result};

/// The header that names the user for whom a write is meant.
pub(crate) const INTENDED_USER: HeaderName = HeaderName::from_static("x-ticketing-user");

/// The parts of a request, for the transport.
#[derive(Clone)]
pub(crate) struct RequestParts {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// The path with `{id}` for identifiers, where it has any.
    pub(crate) route: Option<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) key: Option<IdempotencyKey>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) session: UseSession,
    /// Whether repeating it is safe, where that does not follow from its method and key.
    pub(crate) safety: Option<RetrySafety>,
    /// Whether an interrupted program may have sent it before.
    pub(crate) resumed: bool,
    /// A resource of another service that the request names: the path of its list, and its identifier.
    pub(crate) references: Option<(&'static str, String)>,
    /// The first part that cannot be sent, with the reason.
    pub(crate) invalid: Option<(&'static str, String)>,
}

impl RequestParts {
    pub(crate) fn new(method: Method, path: String) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        Self {
            method,
            path,
            route: None,
            query: Vec::new(),
            headers,
            body: Bytes::new(),
            key: None,
            timeout: None,
            session: UseSession::Yes,
            safety: None,
            resumed: false,
            references: None,
            invalid: None,
        }
    }

    pub(crate) fn retry_safety(&self) -> RetrySafety {
        self.safety.unwrap_or(match (self.is_write(), &self.key) {
            (false, _) => RetrySafety::Safe,
            // Only creating routes accept keys.
            (true, Some(_)) if self.method == Method::POST => RetrySafety::Keyed,
            (true, _) => RetrySafety::Unsafe,
        })
    }

    /// Returns the path for metrics and traces: identifiers are `{id}`.
    pub(crate) fn route(&self) -> &str {
        self.route.as_deref().unwrap_or(&self.path)
    }

    pub(crate) fn is_write(&self) -> bool {
        !matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS)
    }

    pub(crate) fn check(&self) -> Result<()> {
        match &self.invalid {
            Some((field, message)) => Err(Error::invalid(field, message.clone())),
            None => Ok(()),
        }
    }
}

/// The characters that are percent-encoded in a segment of a path.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Escapes one segment of a path.
pub(crate) fn escape(segment: &str) -> String {
    utf8_percent_encode(segment, ESCAPED).to_string()
}
