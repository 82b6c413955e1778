//! The `Idempotency-Key` header.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, HeaderName};

use crate::http::ApiError;

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const MAX_LENGTH: usize = 255;

/// The idempotency key of a request, if it has one: 1–255 visible ASCII characters. Any other value is answered with
/// 400.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

impl IdempotencyKey {
    fn from_headers(headers: &HeaderMap) -> Result<Self, ApiError> {
        let mut values = headers.get_all(HEADER).iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        let invalid = || {
            let message = format!("Idempotency-Key must be 1 to {MAX_LENGTH} visible ASCII characters");
            ApiError::invalid_field("Idempotency-Key", message)
        };
        let text = value.to_str().map_err(|_| invalid())?;
        let is_valid =
            (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_valid || values.next().is_some() {
            return Err(invalid());
        }
        Ok(Self(Some(text.to_owned())))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Self::from_headers(&parts.headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn keys_must_be_visible_ascii_of_bounded_length() {
        let of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HEADER, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            IdempotencyKey::from_headers(&headers)
        };
        assert_eq!(IdempotencyKey::from_headers(&HeaderMap::new()).unwrap(), IdempotencyKey(None));
        let longest = "k".repeat(255);
        for key in ["a", "~!\"{}", longest.as_str()] {
            assert_eq!(of(key).unwrap(), IdempotencyKey(Some(key.to_owned())));
        }
        let too_long = "k".repeat(256);
        for key in ["", "a b", "é", too_long.as_str()] {
            let error = of(key).unwrap_err();
            assert_eq!(error.status(), 400);
            assert_eq!(error.errors()[0].field.as_deref(), Some("Idempotency-Key"));
        }
    }
}
