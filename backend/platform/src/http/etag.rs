//! Versions as entity tags: `ETag: "<version>"` on answers, `If-Match` on writes.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderName, HeaderValue, header};

use super::ApiError;

/// The `ETag` header of a version, to put beside a body: `([etag(ticket.version)], Json(ticket))`.
pub fn etag(version: i64) -> (HeaderName, HeaderValue) {
    let text = format!("\"{version}\"");
    // Digits and quotes are always a valid header value.
    let value = HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("\"0\""));
    (header::ETAG, value)
}

/// The request's `If-Match`, if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// No such header: any version will do.
    Absent,
    /// `*`: any version will do, as long as the thing exists.
    Any,
    /// One of these versions; empty when nothing in the header can name one.
    Versions(Vec<i64>),
}

impl IfMatch {
    /// # Errors
    /// 412 `version_mismatch` when the header names other versions than this one.
    pub fn check(&self, version: i64) -> Result<(), ApiError> {
        match self {
            Self::Absent | Self::Any => Ok(()),
            Self::Versions(versions) if versions.contains(&version) => Ok(()),
            Self::Versions(_) => Err(ApiError::version_mismatch()),
        }
    }

    /// Reads the values of the header, of which there may be several.
    fn parse<'a>(values: impl Iterator<Item = &'a HeaderValue>) -> Self {
        let mut seen = false;
        let mut versions = Vec::new();
        for value in values {
            seen = true;
            let text = value.to_str().unwrap_or_default();
            if text.trim() == "*" {
                return Self::Any;
            }
            versions.extend(text.split(',').filter_map(version_of));
        }
        if seen { Self::Versions(versions) } else { Self::Absent }
    }
}

/// The version in `"3"`, and in `W/"3"` too: a proxy that compresses weakens tags, and a version names the state
/// whatever the bytes.
fn version_of(tag: &str) -> Option<i64> {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let digits = tag.strip_prefix('"')?.strip_suffix('"')?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::parse(parts.headers.get_all(header::IF_MATCH).iter()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&'static str]) -> IfMatch {
        let values: Vec<_> = values.iter().map(|value| HeaderValue::from_static(value)).collect();
        IfMatch::parse(values.iter())
    }

    #[test]
    fn versions_are_read_from_every_form_of_the_header() {
        assert_eq!(of(&[]), IfMatch::Absent);
        assert_eq!(of(&["*"]), IfMatch::Any);
        assert_eq!(of(&["\"3\""]), IfMatch::Versions(vec![3]));
        assert_eq!(of(&["\"3\", W/\"4\"", "\"5\""]), IfMatch::Versions(vec![3, 4, 5]));
        assert_eq!(of(&["3"]), IfMatch::Versions(vec![]));
        assert_eq!(of(&["\"+3\", \"\", \"x\""]), IfMatch::Versions(vec![]));
    }

    #[test]
    fn a_header_that_names_no_version_matches_nothing() {
        assert!(of(&[]).check(3).is_ok());
        assert!(of(&["*"]).check(3).is_ok());
        assert!(of(&["\"3\""]).check(3).is_ok());
        assert_eq!(of(&["\"2\""]).check(3).unwrap_err().status(), 412);
        assert_eq!(of(&["3"]).check(3).unwrap_err().status(), 412);
    }

    #[test]
    fn tags_are_quoted_versions() {
        assert_eq!(etag(12).1, "\"12\"");
    }
}
