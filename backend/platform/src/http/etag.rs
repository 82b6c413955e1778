//! Versions as entity tags: `ETag: "<version>"` in responses, `If-Match` in writes.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::ApiError;
use super::tags::EntityTags;

/// Returns the `ETag` header of a version: `([etag(ticket.version)], Json(ticket))`.
pub fn etag(version: i64) -> (HeaderName, HeaderValue) {
    let text = format!("\"{version}\"");
    // Digits and quotes are always a valid header value.
    let value = HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("\"0\""));
    (header::ETAG, value)
}

/// The `If-Match` of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// No header: any version matches.
    Absent,
    /// `*`: any version of an existing resource matches.
    Any,
    /// One of these versions; empty if the header contains no version.
    Versions(Vec<i64>),
}

impl IfMatch {
    /// Checks the current version against the header.
    ///
    /// # Errors
    /// 412 `version_mismatch` if the header lists only other versions.
    pub fn check(&self, version: i64) -> Result<(), ApiError> {
        match self {
            Self::Absent | Self::Any => Ok(()),
            Self::Versions(versions) if versions.contains(&version) => Ok(()),
            Self::Versions(_) => Err(ApiError::version_mismatch()),
        }
    }

    fn from_headers(headers: &HeaderMap) -> Self {
        match EntityTags::from_headers(headers, &header::IF_MATCH) {
            None => Self::Absent,
            Some(EntityTags::Any) => Self::Any,
            Some(EntityTags::List(tags)) => {
                // `If-Match` compares strongly (RFC 9110, section 13.1.1): a weak tag matches nothing.
                let strong = tags.iter().filter(|tag| !tag.is_weak);
                Self::Versions(strong.filter_map(|tag| parse_version(&tag.opaque)).collect())
            }
        }
    }
}

/// Parses the version in `"3"`.
fn parse_version(tag: &[u8]) -> Option<i64> {
    let digits = tag.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let version = std::str::from_utf8(digits).ok()?.parse::<i64>().ok()?;
    // Tags are compared byte by byte: "03" is not "3".
    (version >= 0 && version.to_string().as_bytes() == digits).then_some(version)
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::from_headers(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(values: &[&'static str]) -> IfMatch {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::IF_MATCH, HeaderValue::from_static(value));
        }
        IfMatch::from_headers(&headers)
    }

    #[test]
    fn versions_are_read_from_every_form_of_the_header() {
        assert_eq!(parse(&[]), IfMatch::Absent);
        assert_eq!(parse(&["*"]), IfMatch::Any);
        assert_eq!(parse(&["\"3\""]), IfMatch::Versions(vec![3]));
        assert_eq!(parse(&["\"3\", W/\"4\"", "\"5\""]), IfMatch::Versions(vec![3, 5]));
        assert_eq!(parse(&["3"]), IfMatch::Versions(vec![]));
        assert_eq!(parse(&["\"+3\", \"\", \"x\", \"03\", \"-3\""]), IfMatch::Versions(vec![]));
    }

    #[test]
    fn a_header_that_names_no_version_matches_nothing() {
        assert!(parse(&[]).check(3).is_ok());
        assert!(parse(&["*"]).check(3).is_ok());
        assert!(parse(&["\"3\""]).check(3).is_ok());
        assert_eq!(parse(&["\"2\""]).check(3).unwrap_err().status(), 412);
        assert_eq!(parse(&["3"]).check(3).unwrap_err().status(), 412);
        assert_eq!(parse(&["W/\"3\""]).check(3).unwrap_err().status(), 412);
    }

    #[test]
    fn tags_are_quoted_versions() {
        assert_eq!(etag(12).1, "\"12\"");
    }
}
