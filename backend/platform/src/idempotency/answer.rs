//! An answer that can be stored: a status and a JSON text.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::http::ApiError;

/// The status and the body of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON text; empty for an answer without a body.
    pub body: String,
}

impl Answer {
    /// Creates an answer with a JSON body.
    ///
    /// # Errors
    /// 500 if the body cannot be written as JSON.
    pub fn json<T: Serialize>(status: StatusCode, body: &T) -> Result<Self, ApiError> {
        let body = serde_json::to_string(body).map_err(ApiError::internal)?;
        Ok(Self { status: status.as_u16(), body })
    }

    /// Creates an answer without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self { status: status.as_u16(), body: String::new() }
    }
}

impl From<&ApiError> for Answer {
    fn from(error: &ApiError) -> Self {
        Self { status: error.status().as_u16(), body: error.body() }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let Ok(status) = StatusCode::from_u16(self.status) else {
            return ApiError::internal(format!("a stored answer has the status {}", self.status))
                .into_response();
        };
        if self.body.is_empty() {
            return status.into_response();
        }
        (status, [(header::CONTENT_TYPE, "application/json")], self.body).into_response()
    }
}

/// The header on the answer to a request with an `Idempotency-Key`: `true` if an earlier request with that key had the
/// effect, `false` if this one had it.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The answer to a request that may have a key, and whether it is replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedAnswer {
    /// The answer.
    pub answer: Answer,
    /// Whether an earlier request with the key had the effect; `None` for a request without a key.
    pub replayed: Option<bool>,
}

impl KeyedAnswer {
    /// Replays the answer of an earlier request with the same key.
    pub fn replay(answer: Answer) -> Self {
        Self { answer, replayed: Some(true) }
    }
}

impl IntoResponse for KeyedAnswer {
    fn into_response(self) -> Response {
        let mut response = self.answer.into_response();
        if let Some(replayed) = self.replayed {
            let value = HeaderValue::from_static(if replayed { "true" } else { "false" });
            response.headers_mut().insert(REPLAYED, value);
        }
        response
    }
}
