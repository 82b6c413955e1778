//! Pagination: `?limit=`, an opaque `?cursor=`, and a `Link` to the next page. Without both parameters a list is whole.

use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Uri, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{ApiError, Query, ValidationErrors};

/// The page size of a request with a cursor and no limit, in entries.
pub const DEFAULT_LIMIT: u32 = 100;
/// The size of the largest whole list, for a request with neither, in entries.
pub const WHOLE_LIMIT: u32 = 10_000;
/// The largest page, in entries.
pub const MAX_LIMIT: u32 = 500;

const CURSOR: &str = "cursor";

/// The requested page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageQuery {
    /// The maximum number of entries: 1–500, or [`WHOLE_LIMIT`].
    pub limit: u32,
    /// The end of the previous page; decode it with [`PageQuery::decode_cursor`].
    pub cursor: Option<String>,
}

impl PageQuery {
    /// Parses the parameters of a query. Adds errors to `errors`, so that a route reports them with its own.
    pub fn parse(query: &Query, errors: &mut ValidationErrors) -> Self {
        let limit = query.value("limit", errors).and_then(|value| match value.parse() {
            Ok(number @ 1..=MAX_LIMIT) if !value.starts_with('+') => Some(number),
            _ => {
                errors.push("limit", format!("Limit must be a number from 1 to {MAX_LIMIT}"));
                None
            }
        });
        let cursor = query.value(CURSOR, errors).map(str::to_owned);
        // A client that sends neither, such as the client of the original, does not know `Link`.
        let default = if cursor.is_some() { DEFAULT_LIMIT } else { WHOLE_LIMIT };
        Self { limit: limit.unwrap_or(default), cursor }
    }

    /// Decodes the cursor into the position that the `Link` of the last page encoded. An invalid cursor adds an error.
    pub fn decode_cursor<T: DeserializeOwned>(&self, errors: &mut ValidationErrors) -> Option<T> {
        let text = self.cursor.as_deref()?;
        let json = URL_SAFE_NO_PAD.decode(text).ok();
        let value = json.and_then(|json| serde_json::from_slice::<Value>(&json).ok());
        let position = value.filter(|value| !holds_nul(value)).and_then(|value| T::deserialize(value).ok());
        if position.is_none() {
            errors.push(CURSOR, "Cursor is not valid");
        }
        position
    }
}

/// The header `Link` to the next page.
pub type NextLink = (HeaderName, HeaderValue);

impl PageQuery {
    /// Returns the number of rows to read: one more than the page has, which shows whether there is a next page.
    pub fn rows(&self) -> u32 {
        self.limit + 1
    }

    /// Cuts rows to the page. Returns the link to the next page, if there are more; `position` returns the position of
    /// the last row.
    ///
    /// # Errors
    /// 500 if the position cannot be serialized.
    pub fn truncate<T, P: Serialize>(
        &self,
        uri: &Uri,
        rows: &mut Vec<T>,
        position: impl FnOnce(&T) -> P,
    ) -> Result<Option<NextLink>, ApiError> {
        let has_more = rows.len() > self.limit as usize;
        rows.truncate(self.limit as usize);
        let last = rows.last().filter(|_| has_more);
        last.map(|last| Ok(next_link(uri, &cursor(&position(last))?))).transpose()
    }
}

/// Returns the response of a list: its JSON, and the link to the next page.
pub fn list_response(body: Bytes, link: Option<NextLink>) -> Response {
    let mut response = ([(header::CONTENT_TYPE, "application/json")], body).into_response();
    response.headers_mut().extend(link);
    response
}

/// Returns whether a text in it contains U+0000, which no encoded position does.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(holds_nul),
        Value::Object(fields) => fields.values().any(holds_nul),
        _ => false,
    }
}

/// Encodes a position in a list, usually the sort key and the id of the last entry, as an opaque cursor.
///
/// # Errors
/// 500 if the position cannot be serialized.
fn cursor<T: Serialize>(position: &T) -> Result<String, ApiError> {
    serde_json::to_vec(position).map(|json| URL_SAFE_NO_PAD.encode(json)).map_err(ApiError::internal)
}

/// Returns the header `Link: <…>; rel="next"`: the same path and query with this cursor.
fn next_link(uri: &Uri, cursor: &str) -> NextLink {
    let mut link = String::with_capacity(uri.path().len() + cursor.len() + 64);
    link.push('<');
    link.push_str(uri.path());
    link.push('?');
    for pair in uri.query().unwrap_or_default().split('&') {
        if !pair.is_empty() && pair.split('=').next() != Some(CURSOR) {
            link.push_str(pair);
            link.push('&');
        }
    }
    link.push_str(CURSOR);
    link.push('=');
    link.push_str(cursor);
    link.push_str(">; rel=\"next\"");
    // A parsed URI and base64 contain only valid bytes; an empty link means that there is no next page.
    (header::LINK, HeaderValue::try_from(link).unwrap_or_else(|_| HeaderValue::from_static("")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(uri: &'static str) -> Result<PageQuery, ApiError> {
        let mut errors = ValidationErrors::new();
        let page = PageQuery::parse(&Query::from_uri(&Uri::from_static(uri)), &mut errors);
        errors.finish().map(|()| page)
    }

    #[test]
    fn limits_are_bounded() {
        assert_eq!(parse("/t").unwrap().limit, 10_000);
        assert_eq!(parse("/t?limit=&cursor=").unwrap().limit, 10_000);
        assert_eq!(parse("/t?cursor=x").unwrap().limit, 100);
        assert_eq!(parse("/t?limit=%31").unwrap().limit, 1);
        assert_eq!(parse("/t?limit=500&q=a").unwrap().limit, 500);
        for uri in [
            "/t?limit=0",
            "/t?limit=501",
            "/t?limit=-1",
            "/t?limit=%2B1",
            "/t?limit=+1",
            "/t?limit=1&limit=2",
        ] {
            assert_eq!(parse(uri).unwrap_err().errors()[0].field.as_deref(), Some("limit"), "{uri}");
        }
    }

    #[test]
    fn cursors_come_back_as_they_went() {
        let cursor = cursor(&("a b/é", 7_i64)).unwrap();
        let page = PageQuery { limit: 1, cursor: Some(cursor) };
        let mut errors = ValidationErrors::new();
        assert_eq!(page.decode_cursor::<(String, i64)>(&mut errors), Some(("a b/é".to_owned(), 7)));
        assert!(errors.is_empty());
        for bad in ["!!".to_owned(), super::cursor(&("a\0", 7_i64)).unwrap()] {
            let mut errors = ValidationErrors::new();
            let page = PageQuery { limit: 1, cursor: Some(bad) };
            assert_eq!(page.decode_cursor::<(String, i64)>(&mut errors), None);
            assert!(!errors.is_empty());
        }
    }

    #[test]
    fn the_next_link_keeps_the_other_parameters() {
        let (_, link) = next_link(&Uri::from_static("/api/tickets?q=a%20b&cursor=old&limit=2"), "new");
        assert_eq!(link, "</api/tickets?q=a%20b&limit=2&cursor=new>; rel=\"next\"");
        let (_, link) = next_link(&Uri::from_static("/api/tickets"), "new");
        assert_eq!(link, "</api/tickets?cursor=new>; rel=\"next\"");
    }
}
