//! The headers of responses for pages of other origins.

use http::{HeaderMap, HeaderValue, header};

use super::web_origin::WebOrigin;

/// The response headers that pages of an allowed origin may read.
static CORS_RESPONSE_FIELDS: HeaderValue =
    HeaderValue::from_static("etag, idempotency-keys, idempotent-replayed, link, retry-after, x-request-id");
/// The cross-origin part of a request.
pub(super) struct Cors {
    /// The origin, if it is allowed.
    pub(super) allowed: Option<HeaderValue>,
    pub(super) is_preflight: bool,
}

impl Cors {
    /// Returns the CORS part of a request of this origin that is not a preflight.
    pub(super) fn of_allowed(origin: &WebOrigin) -> Self {
        Self { allowed: HeaderValue::from_str(origin.as_str()).ok(), is_preflight: false }
    }

    pub(super) fn complete(&self, headers: &mut HeaderMap) {
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        let Some(origin) = &self.allowed else { return };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        if !self.is_preflight {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, CORS_RESPONSE_FIELDS.clone());
        }
    }
}
