//! `Json<T>`: a request body with the errors of the API, and a JSON response.

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use ticketing_sdk::ErrorCode;

use super::body::{BODY_LIMIT, read_body};
use super::problem::ApiError;

/// A JSON object as the request body, or any value as the response.
///
/// Refuses a body that is not declared as JSON (415), cannot be parsed or is not an object (400 `invalid_json`), is too
/// large (413) or too slow (408). Structs of [`Field`](super::Field)s report wrong types by field; other types return one
/// 400 `invalid_input`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Self::Rejection> {
        if !is_json(request.headers()) {
            return Err(ApiError::unsupported_media_type());
        }
        let bytes = read_body(request.into_body(), BODY_LIMIT).await?;
        parse(&bytes).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], Bytes::from(body)).into_response(),
            Err(error) => ApiError::internal(error).into_response(),
        }
    }
}

/// Returns whether a body is declared as `application/json` or `application/…+json`, with any parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let essence = value.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return true;
    }
    let essence = essence.to_ascii_lowercase();
    essence.starts_with("application/") && essence.ends_with("+json")
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let first = bytes.iter().copied().find(|byte| !byte.is_ascii_whitespace());
    if first != Some(b'{') {
        return Err(ApiError::invalid_json("The request body must be a JSON object"));
    }
    serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        Category::Data => ApiError::rule(ErrorCode::InvalidInput, "The request body has invalid fields"),
        Category::Io | Category::Syntax | Category::Eof => {
            ApiError::invalid_json("The request body is not valid JSON")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn json_is_recognised_by_its_media_type() {
        for (value, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/merge-patch+json", true),
            ("text/json", false),
            ("application/jsonp", false),
            ("text/plain", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(value));
            assert_eq!(is_json(&headers), expected, "{value}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }

    #[test]
    fn only_objects_are_bodies() {
        for body in ["", " ", "[]", "1", "\"x\"", "null", "{", "{\"a\":}", "{}x"] {
            let error = parse::<serde_json::Value>(body.as_bytes()).unwrap_err();
            assert_eq!(error.code(), Some(&ErrorCode::InvalidJson), "{body:?}");
        }
        assert!(parse::<serde_json::Value>(b" {\"a\":1}\n").is_ok());
    }
}
