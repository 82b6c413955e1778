//! An answer that can be kept: a status and a JSON text.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::http::ApiError;

/// A status and a body, as they were first answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON text; empty where the answer has no body.
    pub body: String,
}

impl Answer {
    /// An answer with a JSON body.
    ///
    /// # Errors
    /// 500 when the body cannot be written as JSON.
    pub fn json<T: Serialize>(status: StatusCode, body: &T) -> Result<Self, ApiError> {
        let body = serde_json::to_string(body).map_err(ApiError::internal)?;
        Ok(Self { status: status.as_u16(), body })
    }

    /// Whether no repeat of the request can be answered otherwise.
    pub(super) fn is_final(&self) -> bool {
        // Refusals are judged by their code before they become answers.
        self.status != StatusCode::ACCEPTED.as_u16()
    }

    /// An answer without a body.
    #[must_use]
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

/// On the answer of a request with an `Idempotency-Key`: `true` where an earlier request with that key had the effect,
/// `false` where this one had it.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The answer of a request that may have a key, and whether it is a repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedAnswer {
    /// What is answered.
    pub answer: Answer,
    /// Whether an earlier request with the key had the effect; `None` where the request has no key.
    pub replayed: Option<bool>,
}

impl KeyedAnswer {
    /// The answer of an earlier request with the same key.
    #[must_use]
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
