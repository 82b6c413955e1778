//! An answer that can be kept: a status and a JSON text.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
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
