//! Responses to requests that hyper cannot parse.
//!
//! hyper writes these itself, as a bare head and without a hook. The socket detects such a head and replaces it by an
//! error of the API: JSON with a code, a request id, and the headers of every other response, with CORS headers for a
//! page of an allowed origin.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use ticketing_sdk::ErrorCode;

use super::ApiError;
use super::cors::Cors;
use super::request_id::RequestId;
use super::security_headers::DEFAULTS;
use super::web_origin::WebOrigin;

/// The statuses of the responses that hyper writes itself.
const STATUSES: [StatusCode; 3] =
    [StatusCode::BAD_REQUEST, StatusCode::URI_TOO_LONG, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE];
/// The maximum length of a bare head, in bytes: it has a few short fields.
const MAX_BARE: usize = 256;

/// Returns whether hyper has written `written` itself: a whole head with such a status, without a body and without the
/// request id of every other response. No body contains these bytes: JSON and events escape line breaks.
pub(super) fn is_bare(written: &[u8]) -> bool {
    written.len() <= MAX_BARE && status(written).is_some() && !has_field(written, "x-request-id")
}

/// Finds an allowed origin in the `Origin` header of a part of a head. A header that is split between two parts is not
/// found. A client that forges the header only makes its own error readable.
pub(super) fn find_origin<'a>(piece: &[u8], allowed: &'a [WebOrigin]) -> Option<&'a WebOrigin> {
    if allowed.is_empty() {
        return None;
    }
    let mut values = piece.split(|byte| *byte == b'\n').filter_map(|line| {
        let (name, value) = line.split_at_checked("origin:".len())?;
        name.eq_ignore_ascii_case(b"origin:").then_some(value.trim_ascii())
    });
    let value = values.next()?;
    allowed.iter().find(|origin| origin.is(value))
}

/// Returns the response that replaces a bare one, for a page of this origin.
pub(super) fn answer(bare: &[u8], origin: Option<&WebOrigin>) -> Bytes {
    let status = status(bare).unwrap_or(StatusCode::BAD_REQUEST);
    metrics::counter!("http_rejected_heads_total", "status" => status.as_str().to_owned()).increment(1);
    let (id, body) = (RequestId::generate(), error(status).body());
    tracing::debug!(
        request_id = id.as_str(),
        status = status.as_u16(),
        "the head of a request cannot be parsed"
    );
    let mut text =
        format!("HTTP/1.1 {} {}\r\n", status.as_str(), status.canonical_reason().unwrap_or_default());
    let mut field = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _infallible = write!(text, "{name}: {value}\r\n");
    };
    field("content-type", "application/json");
    field("x-request-id", id.as_str());
    field("cache-control", "no-store");
    let mut headers: HeaderMap = DEFAULTS.iter().cloned().collect();
    if let Some(origin) = origin {
        Cors::of_allowed(origin).complete(&mut headers);
    }
    for (name, value) in &headers {
        field(name.as_str(), value.to_str().unwrap_or_default());
    }
    if let Some(date) = fields(bare).find_map(|line| line.strip_prefix("date: ")) {
        field("date", date);
    }
    field("connection", "close");
    field("content-length", &body.len().to_string());
    text.push_str("\r\n");
    text.push_str(&body);
    text.into()
}

/// Returns the error of such a status.
pub(super) fn error(status: StatusCode) -> ApiError {
    let (code, message) = match status {
        StatusCode::URI_TOO_LONG => (ErrorCode::UriTooLong, "The address of the request is too long"),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            (ErrorCode::HeaderFieldsTooLarge, "The header fields of the request are too many or too large")
        }
        _ => (ErrorCode::MalformedRequest, "The request is not valid HTTP"),
    };
    ApiError::new(status, code, message)
}

/// Returns the status of a whole head, if hyper writes it itself.
fn status(written: &[u8]) -> Option<StatusCode> {
    let status = written.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    let status = STATUSES.into_iter().find(|known| known.as_str().as_bytes() == status)?;
    written.ends_with(b"\r\n\r\n").then_some(status)
}

fn fields(head: &[u8]) -> impl Iterator<Item = &str> {
    std::str::from_utf8(head).unwrap_or_default().lines().skip(1)
}

fn has_field(head: &[u8], name: &str) -> bool {
    fields(head).any(|line| line.split(':').next().is_some_and(|given| given.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: &[u8] =
        b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\ndate: Thu, 26 Nov 2026 22:24:09 GMT\r\n\r\n";

    #[test]
    fn only_a_bare_head_of_hyper_is_replaced() {
        assert!(is_bare(BARE));
        for other in [
            &BARE[..BARE.len() - 2],
            b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 404 Not Found\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\nx-request-id: 1\r\n\r\n",
            b"{\"title\":\"HTTP/1.1 400 Bad Request\\r\\n\\r\\n\"}",
            b"",
        ] {
            assert!(!is_bare(other), "{}", String::from_utf8_lossy(other));
        }
    }

    #[test]
    fn answer_has_the_shape_of_every_other_error() {
        let answer = answer(BARE, None);
        let (head, body) = std::str::from_utf8(&answer).unwrap().split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{head}");
        for field in
            ["x-request-id: ", "content-type: application/json", "date: Thu, 26 Nov", "connection: close"]
        {
            assert!(head.contains(field), "{field} is not in {head}");
        }
        assert!(head.contains(&format!("content-length: {}", body.len())));
        assert!(body.contains(r#""code":"malformed_request""#), "{body}");
    }
}
