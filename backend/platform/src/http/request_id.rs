//! The request id of every response and log line: a valid one of the caller, else a generated one.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue};

/// The header of the request id.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const MAX_LENGTH: usize = 128;

/// The id of a request, an extension of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

/// A random number that distinguishes this process from its replicas and earlier runs.
static PROCESS: LazyLock<u64> = LazyLock::new(|| getrandom::u64().unwrap_or_default());
/// The number of ids that this process has generated.
static COUNT: AtomicU64 = AtomicU64::new(0);

impl RequestId {
    /// Returns the id of the caller if it has 1–128 characters of `A-Z a-z 0-9 . _ -`, else a generated one.
    pub(super) fn from_headers(headers: &HeaderMap) -> Self {
        match headers.get(X_REQUEST_ID) {
            Some(value) if is_valid(value.as_bytes()) => Self(value.clone()),
            _ => Self::generate(),
        }
    }

    pub(super) fn generate() -> Self {
        let text = format!("{:016x}-{:x}", *PROCESS, COUNT.fetch_add(1, Ordering::Relaxed));
        // Hexadecimal digits and a dash are always a valid header value.
        Self(HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("-")))
    }

    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or("-")
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

fn is_valid(id: &[u8]) -> bool {
    (1..=MAX_LENGTH).contains(&id.len())
        && id.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_ids_are_kept_and_others_replaced() {
        let mut headers = HeaderMap::new();
        headers.insert(X_REQUEST_ID, HeaderValue::from_static("Abc-1.2_3"));
        assert_eq!(RequestId::from_headers(&headers).as_str(), "Abc-1.2_3");
        for bad in ["", "a b", "a\"b", "{}"] {
            headers.insert(X_REQUEST_ID, HeaderValue::from_static(bad));
            assert_ne!(RequestId::from_headers(&headers).as_str(), bad);
        }
        assert_ne!(RequestId::from_headers(&HeaderMap::new()), RequestId::from_headers(&HeaderMap::new()));
    }
}
