//! `ApiError`: every error response of a route, in the one format of the API.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use ticketing_sdk::{ErrorCode, ErrorDetail, Money, Problem, Timestamp, text};

use crate::db::DbError;

/// An error response: a status and `{"errors":[…]}`.
///
/// The client receives only the errors. The layer that [`wrap`](super::wrap) adds logs the source of an internal error,
/// with the request id.
#[derive(Debug, Clone)]
pub struct ApiError {
    status: StatusCode,
    errors: Vec<ErrorDetail>,
    retry_after: Option<RetryAfter>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// The value of `Retry-After`, in whole seconds (at least 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryAfter(u64);

impl RetryAfter {
    /// Returns the wait in seconds.
    pub fn seconds(self) -> u64 {
        self.0
    }
}

impl From<u64> for RetryAfter {
    fn from(seconds: u64) -> Self {
        Self(seconds.max(1))
    }
}

impl From<Duration> for RetryAfter {
    fn from(wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Self(seconds.max(1))
    }
}

/// The cause of an error, a response extension for the log of the layer. It is never part of the body.
#[derive(Debug, Clone)]
pub(super) struct Cause(pub(super) Arc<dyn Error + Send + Sync>);

impl ApiError {
    /// Creates a response with this status and one error.
    pub fn new(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Self {
        let error = ErrorDetail::new(message).code(code);
        Self { status, errors: vec![error], retry_after: None, source: None }
    }

    /// Creates a 400 with all errors of a request.
    pub fn invalid(errors: Vec<ErrorDetail>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, errors, retry_after: None, source: None }
    }

    /// Creates a 400 `invalid_input` for several fields, each with its message.
    pub fn invalid_fields(errors: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let fields = errors.into_iter().map(|(field, message)| Self::invalid_field(field, message).errors);
        Self::invalid(fields.flatten().collect())
    }

    /// Creates a 400 `invalid_input` for one field.
    pub fn invalid_field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid(vec![ErrorDetail::new(message).field(field).code(ErrorCode::InvalidInput)])
    }

    /// Creates a 400 for a valid request that a rule of the marketplace refuses.
    pub fn rule(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 400 `invalid_json`.
    pub fn invalid_json(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::InvalidJson, message)
    }

    /// 401: there is no session, or it is not valid.
    pub fn not_signed_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, ErrorCode::NotSignedIn, "Not authorized")
    }

    /// 401: there is a session, and the resource belongs to another user.
    pub fn not_owner() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, ErrorCode::NotOwner, "Not authorized")
    }

    /// 403 for a state-changing request from another origin.
    pub fn cross_origin() -> Self {
        Self::new(StatusCode::FORBIDDEN, ErrorCode::CrossOrigin, "Requests from another origin are refused")
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, "Not Found")
    }

    /// 408: the body did not arrive in time.
    pub fn request_timeout() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            ErrorCode::RequestTimeout,
            "The request body did not arrive in time",
        )
    }

    /// 409.
    pub fn conflict(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// Creates a 409 `price_changed` with the current price of the ticket.
    pub fn price_changed(price: Money) -> Self {
        let error = ErrorDetail::new(format!("The ticket costs {} now", text::price(price)))
            .field("price")
            .code(ErrorCode::PriceChanged)
            .price(price);
        Self { status: StatusCode::CONFLICT, ..Self::invalid(vec![error]) }
    }

    /// Creates a 409 `already_admitted` with the time and the device of the admission.
    pub fn already_admitted(admitted_at: Timestamp, device: Option<String>) -> Self {
        let mut error = ErrorDetail::new(format!("The pass was admitted at {admitted_at}"))
            .field("code")
            .code(ErrorCode::AlreadyAdmitted)
            .admitted_at(admitted_at);
        error.device = device;
        Self { status: StatusCode::CONFLICT, ..Self::invalid(vec![error]) }
    }

    /// Creates a 503 `not_yet_visible` with `Retry-After`, for a resource whose event has not arrived.
    pub fn not_yet_visible(what: &str) -> Self {
        let message = format!("The {what} was made a moment ago and is not known here yet; try again");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::NotYetVisible, message).retry_after(1)
    }

    /// 412: `If-Match` names another version than the current one.
    pub fn version_mismatch() -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            ErrorCode::VersionMismatch,
            "The version given in If-Match is not the current one",
        )
    }

    /// 413: the body is larger than `limit` bytes.
    pub fn payload_too_large(limit: u64) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::PayloadTooLarge,
            format!("The request body must not exceed {limit} bytes"),
        )
    }

    /// 415: the body is not declared as JSON.
    pub fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::UnsupportedMediaType,
            "The request body must be application/json",
        )
    }

    /// 422.
    pub fn unprocessable(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
    }

    /// 429 with `Retry-After`.
    pub fn too_many(code: ErrorCode, message: impl Into<String>, retry_after: impl Into<RetryAfter>) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, code, message).retry_after(retry_after)
    }

    /// 503 `unavailable` with `Retry-After`.
    pub fn unavailable(message: impl Into<String>, retry_after: impl Into<RetryAfter>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, message).retry_after(retry_after)
    }

    /// Creates a 500. The log contains `source`, the response does not.
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal, "Something went wrong")
            .because(source)
    }

    /// Changes every error of the response.
    #[must_use]
    pub fn map_errors(mut self, change: impl FnMut(ErrorDetail) -> ErrorDetail) -> Self {
        self.errors = self.errors.into_iter().map(change).collect();
        self
    }

    /// Adds a `Retry-After` header.
    #[must_use]
    pub fn retry_after(mut self, wait: impl Into<RetryAfter>) -> Self {
        self.retry_after = Some(wait.into());
        self
    }

    /// Adds the cause, for the log only.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the errors.
    pub fn errors(&self) -> &[ErrorDetail] {
        &self.errors
    }

    /// Returns the code of the first error.
    pub fn code(&self) -> Option<&ErrorCode> {
        self.errors.first().and_then(|error| error.code.as_ref())
    }

    /// Returns the body.
    pub fn body(&self) -> String {
        let problem = Problem::new(self.errors.clone());
        // Strings and options only, so this cannot fail.
        serde_json::to_string(&problem).unwrap_or_else(|_| r#"{"errors":[]}"#.to_owned())
    }

    /// Returns the error of a bare status, as the body of a response of axum (an unknown route, a rejection).
    pub(super) fn of_status(status: StatusCode) -> Self {
        let (code, message) = match status {
            StatusCode::BAD_REQUEST => (ErrorCode::InvalidInput, "Bad Request"),
            StatusCode::UNAUTHORIZED => (ErrorCode::NotSignedIn, "Not authorized"),
            StatusCode::NOT_FOUND => (ErrorCode::NotFound, "Not Found"),
            StatusCode::METHOD_NOT_ALLOWED => (ErrorCode::MethodNotAllowed, "Method Not Allowed"),
            StatusCode::REQUEST_TIMEOUT => return Self::request_timeout(),
            StatusCode::PAYLOAD_TOO_LARGE => (ErrorCode::PayloadTooLarge, "The request body is too large"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => return Self::unsupported_media_type(),
            StatusCode::TOO_MANY_REQUESTS => (ErrorCode::TooManyRequests, "Too many requests"),
            StatusCode::SERVICE_UNAVAILABLE => (ErrorCode::Unavailable, "Service unavailable"),
            other if other.is_server_error() => (ErrorCode::Internal, "Something went wrong"),
            other => (ErrorCode::InvalidInput, other.canonical_reason().unwrap_or("Bad Request")),
        };
        Self::new(status, code, message)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status.as_u16())?;
        for error in &self.errors {
            write!(f, " {}", error.message)?;
        }
        Ok(())
    }
}

impl Error for ApiError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy => Self::unavailable("The service is busy, try again", 1),
            DbError::Unavailable(_) => {
                Self::unavailable("The service is not available, try again", 1).because(error)
            }
            // A retry with the same key gets the stored response, if any.
            DbError::Uncertain(_) => {
                let message =
                    "It is not known whether this was done: repeat it with the same Idempotency-Key";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::OutcomeUnknown, message)
                    .retry_after(1)
                    .because(error)
            }
            other => Self::internal(other),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response =
            (self.status, [(header::CONTENT_TYPE, "application/json")], self.body()).into_response();
        if let Some(wait) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.seconds()));
        }
        if let Some(source) = self.source {
            response.extensions_mut().insert(Cause(source));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internal_error_hides_its_source() {
        let error = ApiError::internal("password=hunter2");
        assert!(!error.body().contains("hunter2"));
        assert_eq!(error.body(), r#"{"errors":[{"message":"Something went wrong","code":"internal"}]}"#);
    }

    #[test]
    fn retry_after_rounds_up_to_seconds() {
        assert_eq!(RetryAfter::from(Duration::from_millis(1)).seconds(), 1);
        assert_eq!(RetryAfter::from(Duration::from_millis(1001)).seconds(), 2);
        assert_eq!(RetryAfter::from(0).seconds(), 1);
    }
}
