//! Responses, and their conversion to errors.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::{ApiError, Error, ErrorCode, ErrorDetail, Problem, Result, UnexpectedResponse};

/// A response of the server.
///
/// ```
/// # ticketing_sdk::mock::run_example(async |client, mock| {
/// # use ticketing_sdk::{Method, mock::Reply};
/// let ticket = ticketing_sdk::fixtures::ticket("t-1");
/// mock.on(Method::GET, "/api/tickets/t-1", Reply::json(200, &ticket));
/// let response = client.request(Method::GET, "/api/tickets/t-1").send().await?;
/// assert_eq!((response.status().as_u16(), response.request_id()), (200, Some("1")));
/// assert_eq!(response.headers()["content-type"], "application/json");
/// assert_eq!(response.json::<ticketing_sdk::Ticket>()?, ticket);
/// assert_eq!(response.text().as_bytes(), response.bytes());
/// # Ok(()) });
/// ```
#[derive(Clone)]
pub struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) path: String,
}

impl Response {
    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers without the cookies, which the client does not expose.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the id of the request in the logs of the server.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// Returns whether the server answered what an earlier request with the same idempotency key was answered; `None`
    /// where it does not say.
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use ticketing_sdk::{IdempotencyKey, Method};
    ///
    /// let request = client.request(Method::POST, "/api/orders").json(&serde_json::json!({"ticketId": "t-1"}));
    /// let response = request.idempotency_key(IdempotencyKey::generate()).send().await?;
    /// if response.is_replayed() == Some(true) {
    ///     println!("an earlier attempt made this order");
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_replayed(&self) -> Option<bool> {
        match text_of(&self.headers, "idempotent-replayed")? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The body as it came.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body as text; what is not UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// [`Error::Unexpected`] if it does not claim to be JSON, [`Error::Decode`] if it has another shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let claims_json =
            text_of(&self.headers, CONTENT_TYPE.as_str()).is_some_and(|kind| kind.contains("json"));
        if !claims_json {
            return Err(self.unexpected_error());
        }
        serde_json::from_slice(&self.body).map_err(|source| Error::Decode {
            status: self.status,
            path: self.path.clone(),
            source,
        })
    }

    /// Checks that an answer without content comes from the marketplace: it is empty, or JSON. A portal on the way may
    /// answer 200 with a page of its own.
    ///
    /// # Errors
    /// [`Error::Unexpected`] for anything else.
    pub(crate) fn no_content(&self) -> Result<()> {
        let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&self.body).is_ok();
        if self.body.is_empty() || is_json { Ok(()) } else { Err(self.unexpected_error()) }
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        // The date form is left out: it needs a clock that agrees with the server's.
        text_of(&self.headers, RETRY_AFTER.as_str())?.trim().parse().ok().map(Duration::from_secs)
    }

    fn problem(&self) -> Option<Problem> {
        let problem: Problem = serde_json::from_slice(&self.body).ok()?;
        (!problem.errors.is_empty()).then_some(problem)
    }

    /// Returns whether it is an error answer of the contract, and not one of a proxy on the way.
    pub(crate) fn is_problem(&self) -> bool {
        self.problem().is_some()
    }

    /// Returns whether this is how the original answers an uncaught exception, which may have been thrown after the
    /// write took effect.
    pub(crate) fn is_uncaught_exception(&self) -> bool {
        self.status == StatusCode::BAD_REQUEST
            && self.problem().is_some_and(|problem| match problem.errors.as_slice() {
                [ErrorDetail { message, field: None, code: None, .. }] => message == "Something went wrong",
                _ => false,
            })
    }

    /// The code of the first detail that has one.
    pub(crate) fn code(&self) -> Option<ErrorCode> {
        self.problem()?.errors.into_iter().find_map(|detail| detail.code)
    }

    fn unexpected_error(&self) -> Error {
        Error::Unexpected(Box::new(UnexpectedResponse {
            status: self.status,
            content_type: text_of(&self.headers, CONTENT_TYPE.as_str()).map(str::to_owned),
            head: self.text().chars().take(512).collect(),
            request_id: self.request_id().map(str::to_owned),
        }))
    }

    pub(crate) fn to_error(&self) -> Error {
        let Some(problem) = self.problem() else { return self.unexpected_error() };
        let sent = problem.errors.iter().find_map(|detail| detail.code.clone());
        Error::Api(Box::new(ApiError {
            status: self.status,
            code: sent.or_else(|| code_of(self.status, &problem.errors)),
            details: problem.errors,
            request_id: self.request_id().map(str::to_owned),
            retry_after: self.retry_after(),
        }))
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("path", &self.path)
            .field("request_id", &self.request_id())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Returns the identifier that a server gives a request.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    text_of(headers, "x-request-id")
}

fn text_of<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// Derives the code from the status or the message, for backends like the original, which send none.
fn code_of(status: StatusCode, details: &[ErrorDetail]) -> Option<ErrorCode> {
    let message = details.first().map_or("", |detail| detail.message.as_str());
    match (status, message) {
        (StatusCode::BAD_REQUEST, "Email in use") => return Some(ErrorCode::EmailInUse),
        (StatusCode::BAD_REQUEST, "Invalid credentials") => return Some(ErrorCode::InvalidCredentials),
        (
            StatusCode::BAD_REQUEST,
            "Ticket is already reserved"
            | "Cannot edit a reserved ticket"
            | "Cannot delete a reserved ticket",
        ) => return Some(ErrorCode::TicketReserved),
        (
            StatusCode::BAD_REQUEST,
            "Cannot pay for an cancelled order"
            | "Cannot pay for a cancelled order"
            | "Cannot pay for cancelled order",
        ) => return Some(ErrorCode::OrderCancelled),
        (StatusCode::BAD_REQUEST, _) if details.iter().any(|detail| detail.field.is_some()) => {
            return Some(ErrorCode::InvalidInput);
        }
        _ => {}
    }
    match status {
        StatusCode::UNAUTHORIZED => Some(ErrorCode::NotSignedIn),
        StatusCode::NOT_FOUND => Some(ErrorCode::NotFound),
        StatusCode::PRECONDITION_FAILED => Some(ErrorCode::VersionMismatch),
        StatusCode::PAYLOAD_TOO_LARGE => Some(ErrorCode::PayloadTooLarge),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(ErrorCode::UnsupportedMediaType),
        StatusCode::TOO_MANY_REQUESTS => Some(ErrorCode::TooManyRequests),
        StatusCode::SERVICE_UNAVAILABLE => Some(ErrorCode::Unavailable),
        _ => None,
    }
}
