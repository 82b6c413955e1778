//! Versions as entity tags: `ETag: "<version>"` in responses, `If-Match` in writes.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderName, HeaderValue, header};

use super::ApiError;
use super::tags::EntityTags;

/// Returns the `ETag` header of a version: `([etag(ticket.version)], Json(ticket))`.
pub fn etag(version: i64) -> (HeaderName, HeaderValue) {
    let text = format!("\"{version}\"");
    // Digits and quotes are always a valid header value.
    let value = HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("\"0\""));
    (header::ETAG, value)
}

/// The `If-Match` of a request. Without one, any version matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Option<EntityTags>);

impl IfMatch {
    /// Checks the current version against the header.
    ///
    /// # Errors
    /// 412 `version_mismatch` if the header lists only other versions.
    pub fn check(&self, version: i64) -> Result<(), ApiError> {
        let current = format!("\"{version}\"");
        let is_current = match &self.0 {
            None | Some(EntityTags::Any) => true,
            // `If-Match` compares strongly (RFC 9110, section 13.1.1): a weak tag matches nothing.
            Some(EntityTags::List(tags)) => {
                tags.iter().any(|tag| !tag.is_weak && tag.opaque == current.as_bytes())
            }
        };
        if is_current { Ok(()) } else { Err(ApiError::version_mismatch()) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(EntityTags::from_headers(&parts.headers, &header::IF_MATCH)))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    /// Returns whether a request with these headers may change version 3.
    fn matches(values: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::IF_MATCH, HeaderValue::from_static(value));
        }
        match IfMatch(EntityTags::from_headers(&headers, &header::IF_MATCH)).check(3) {
            Ok(()) => true,
            Err(error) => {
                assert_eq!(error.status(), 412);
                false
            }
        }
    }

    #[test]
    fn versions_are_read_from_every_form_of_the_header() {
        assert!(matches(&[]));
        assert!(matches(&["*"]));
        assert!(matches(&["\"3\""]));
        assert!(matches(&["\"4\", W/\"4\"", "\"3\""]));
    }

    #[test]
    fn a_header_that_does_not_name_the_version_matches_nothing() {
        for value in ["\"2\"", "3", "W/\"3\"", "\"+3\", \"\", \"x\", \"03\", \"-3\""] {
            assert!(!matches(&[value]), "{value}");
        }
    }

    #[test]
    fn tags_are_quoted_versions() {
        assert_eq!(etag(12).1, "\"12\"");
    }
}
