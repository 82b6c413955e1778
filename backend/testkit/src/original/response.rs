//! Responses in the format of Express.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, SET_COOKIE};
use http::{Response, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};

/// Why a request is refused.
#[derive(Debug)]
pub(super) enum ErrorResponse {
    /// Fields that are not valid, with a message each.
    Invalid(Vec<(&'static str, &'static str)>),
    /// A rule that is broken.
    BadRequest(&'static str),
    /// Not signed in, or not the owner: the original makes no difference.
    NotAuthorized,
    NotFound,
    /// An uncaught exception.
    Failed,
}

pub(super) type ResponseResult = Result<(u16, Value), ErrorResponse>;

impl ErrorResponse {
    fn into_parts(self) -> (u16, Value) {
        let one = |message: &str| json!({ "errors": [{ "message": message }] });
        match self {
            Self::Invalid(fields) => {
                let errors =
                    fields.iter().map(|(field, message)| json!({ "message": message, "field": field }));
                (400, json!({ "errors": errors.collect::<Vec<_>>() }))
            }
            Self::BadRequest(message) => (400, one(message)),
            Self::NotAuthorized => (401, one("Not authorized")),
            Self::NotFound => (404, one("Not Found")),
            Self::Failed => (400, one("Something went wrong")),
        }
    }
}

/// Returns the answer as bytes, with the cookie where the session changes.
pub(super) fn response(result: ResponseResult, cookie: Option<String>) -> Response<Full<Bytes>> {
    let (status, body) = result.unwrap_or_else(ErrorResponse::into_parts);
    let is_empty = status == 204;
    let body = if is_empty { Bytes::new() } else { body.to_string().into() };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = StatusCode::from_u16(status).expect("a valid status code");
    let headers = response.headers_mut();
    headers.insert("x-powered-by", HeaderValue::from_static("Express"));
    if !is_empty {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    }
    if let Some(cookie) = cookie {
        headers.insert(SET_COOKIE, cookie.parse().expect("a cookie that can be sent"));
    }
    response
}
