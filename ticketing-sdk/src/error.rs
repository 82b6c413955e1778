//! The errors of calls.

mod category;
mod message;
mod session;

use std::fmt;
use std::time::Duration;

use http::{Method, StatusCode};

pub use self::category::ErrorCategory;
pub use self::session::SessionError;
use crate::types::text::sanitize;
use crate::{ErrorCode, ErrorDetail, IdempotencyKey, InvalidIdempotencyKey, Money};

/// Any error, as a cause.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed.
///
/// ```
/// use ticketing_sdk::{Error, ErrorCode};
///
/// fn advice(error: &Error) -> &'static str {
///     match error.code() {
///         Some(ErrorCode::TicketReserved) => "another buyer reserved it first",
///         Some(ErrorCode::CardDeclined) => "try another card",
///         _ if error.is_unknown_outcome() => "repeat it with the same key",
///         _ if error.is_unreachable() => "is the server running?",
///         _ => "see the message",
///     }
/// }
/// # let _ = advice;
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server refused, in the words of the contract.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// The answer is not the marketplace's: a proxy's HTML page, say.
    #[error(transparent)]
    Unexpected(Box<UnexpectedResponse>),
    /// The server points to another origin (or elsewhere for a write). It was not followed: a session stays
    /// with its server.
    #[error(
        "the server redirects to {location} ({status}), which is not followed; use that address if you trust it"
    )]
    Redirected {
        /// The status of the answer.
        status: StatusCode,
        /// The target of the redirect.
        location: String,
    },
    /// No connection came about, so nothing was sent.
    #[error("cannot reach {server}: {}", root_cause(source.as_ref()))]
    Unreachable {
        /// The server.
        server: String,
        /// Why not.
        source: BoxError,
    },
    /// A write was sent, and it is not known whether it took effect. See `safe_to_repeat`.
    #[error("it is not known whether {method} {path} took effect: {cause}")]
    UnknownOutcome {
        /// The method of the request.
        method: Method,
        /// The path of the request.
        path: String,
        /// The key of the write, if it carried one.
        key: Option<IdempotencyKey>,
        /// Whether sending it again, with this key where there is one, takes effect at most once.
        safe_to_repeat: SafeToRepeat,
        /// The cause.
        #[source]
        cause: Box<Error>,
    },
    /// The answer to a read did not come in time.
    #[error("no answer within {} ({phase})", Seconds(*after))]
    Timeout {
        /// The phase that took too long.
        phase: Phase,
        /// How long it was given.
        after: Duration,
    },
    /// The connection broke in the middle of a read.
    #[error("the connection broke: {}", root_cause(source.as_ref()))]
    Interrupted {
        /// How.
        source: BoxError,
    },
    /// The answer is larger than the client reads into memory.
    #[error("the answer is larger than {} MiB", limit >> 20)]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A successful answer does not have the shape that the contract says.
    #[error("the answer to {path} ({status}) cannot be understood: {source}")]
    Decode {
        /// The status of the answer.
        status: StatusCode,
        /// The path of the request.
        path: String,
        /// The problem.
        source: serde_json::Error,
    },
    /// A watch cannot go on where it was: the server no longer keeps, or does not know, the changes since then. What was
    /// built from the changes may be wrong, and has to be loaded again. The watch goes on with the changes from now on.
    #[error("some changes were missed: they are no longer kept by the server")]
    ChangesMissed,
    /// The session cannot be read from or written to its store.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The caller's own input makes no request.
    #[error("invalid {field}: {message}")]
    InvalidInput {
        /// The problem.
        field: &'static str,
        /// Why.
        message: String,
    },
    /// This backend cannot do it; the teaching versions have no live changes, for example.
    #[error("this server has no {what}")]
    Unsupported {
        /// The missing part.
        what: &'static str,
    },
}

/// An error answer of the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// The status of the answer.
    pub status: StatusCode,
    /// The code of the first error that has one. Where the backend sends no codes,
    /// derived from a status that leaves no doubt (401, 404, 412, 413, 415, 429, 503).
    pub code: Option<ErrorCode>,
    /// Every fault of the request.
    pub faults: Vec<ErrorDetail>,
    /// The id of the request in the logs of the server.
    pub request_id: Option<String>,
    /// How long to wait before asking again.
    pub retry_after: Option<Duration>,
}

/// An answer that did not come from the marketplace.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnexpectedResponse {
    /// The status of the answer.
    pub status: StatusCode,
    /// The content type.
    pub content_type: Option<String>,
    /// The beginning of its body, at most 512 characters.
    pub head: String,
    /// The id of the request in the logs of the server.
    pub request_id: Option<String>,
}

/// Whether a write of unknown outcome may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SafeToRepeat {
    /// It takes effect at most once: it changes nothing the second time, or the server keeps its key.
    Always,
    /// The server has not announced yet whether it keeps keys. A write that is sent again as
    /// [`resumed`](crate::Write::resumed) is sent only if it does.
    IfServerKeepsKeys,
    /// It may take effect twice: it has no key, or the server keeps none.
    Never,
}

/// The part of a call that took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// From sending to the beginning of the answer.
    Response,
    /// Between two parts of the body of an answer.
    Body,
    /// The whole call.
    Total,
    /// A live stream without even a heartbeat.
    Heartbeat,
    /// A payment until its outcome is known.
    Settle,
}

impl From<InvalidIdempotencyKey> for Error {
    fn from(error: InvalidIdempotencyKey) -> Self {
        Self::invalid("idempotency key", error.to_string())
    }
}

impl Error {
    pub(crate) fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::InvalidInput { field, message: message.into() }
    }

    /// The error itself, or what is behind a write of unknown outcome.
    fn innermost(&self) -> &Self {
        match self {
            Self::UnknownOutcome { cause, .. } => cause.innermost(),
            other => other,
        }
    }

    /// The status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self.innermost() {
            Self::Api(api) => Some(api.status),
            Self::Unexpected(answer) => Some(answer.status),
            Self::Redirected { status, .. } | Self::Decode { status, .. } => Some(*status),
            _ => None,
        }
    }

    fn api(&self) -> Option<&ApiError> {
        match self.innermost() {
            Self::Api(api) => Some(api),
            _ => None,
        }
    }

    /// Returns the code of the error.
    #[must_use]
    pub fn code(&self) -> Option<&ErrorCode> {
        self.api()?.code.as_ref()
    }

    /// Every fault that the server names.
    #[must_use]
    pub fn faults(&self) -> &[ErrorDetail] {
        self.api().map_or(&[], |api| &api.faults)
    }

    /// Returns the id of the request in the logs of the server.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match self.innermost() {
            Self::Api(api) => api.request_id.as_deref(),
            Self::Unexpected(answer) => answer.request_id.as_deref(),
            _ => None,
        }
    }

    /// Returns how long the server wants the caller to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.api()?.retry_after
    }

    /// Returns the current price of the ticket, if an order was refused with `price_changed`.
    #[must_use]
    pub fn new_price(&self) -> Option<Money> {
        self.faults().iter().find_map(|fault| fault.price)
    }

    /// The key to repeat a write of unknown outcome with.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<&IdempotencyKey> {
        match self {
            Self::UnknownOutcome { key, .. } => key.as_ref(),
            _ => None,
        }
    }

    /// Returns whether the marketplace answered that the resource does not exist. A 404 of another program does not count.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self.innermost(), Self::Api(answer) if answer.status == StatusCode::NOT_FOUND)
    }

    /// Returns whether the request needs a session, or that of another user.
    #[must_use]
    pub fn is_unauthenticated(&self) -> bool {
        self.status() == Some(StatusCode::UNAUTHORIZED)
    }

    /// Returns whether no answer came, and nothing is known to have changed. Not true of a write of unknown outcome.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Timeout { .. } | Self::Interrupted { .. })
    }

    /// Returns whether the same read may succeed a little later: the server was not reached, is overloaded or fails, or
    /// a proxy on the way does. What follows something for a long time goes on after such an error.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self.status() {
            Some(status) => {
                status.is_server_error()
                    || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
            }
            None => self.is_unreachable(),
        }
    }

    /// Returns whether a write was sent, and it is not known whether it took effect.
    #[must_use]
    pub fn is_unknown_outcome(&self) -> bool {
        matches!(self, Self::UnknownOutcome { .. })
    }

    /// Returns whether the key of the write must be kept: the outcome is not known, and a later attempt with the same
    /// key can find it out. Programs that note keys down forget a key only where this is false.
    #[must_use]
    pub fn must_keep_key(&self) -> bool {
        match self {
            Self::UnknownOutcome { key, safe_to_repeat, .. } => {
                key.is_some() && *safe_to_repeat != SafeToRepeat::Never
            }
            _ => false,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.faults.is_empty() {
            return write!(f, "the server answered {}", self.status);
        }
        for (index, fault) in self.faults.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}", sanitize(&fault.message))?;
        }
        Ok(())
    }
}

impl std::error::Error for ApiError {}

impl fmt::Display for UnexpectedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server answered {}, but not as the marketplace does", self.status)?;
        let head: String = sanitize(self.head.trim()).chars().take(100).collect();
        if head.is_empty() { Ok(()) } else { write!(f, ": {head}") }
    }
}

impl std::error::Error for UnexpectedResponse {}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Response => "waiting for the answer",
            Self::Body => "waiting for the rest of the answer",
            Self::Total => "the whole call",
            Self::Heartbeat => "waiting for a sign of life",
            Self::Settle => "waiting for the payment to settle",
        })
    }
}

struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0.as_secs_f64())
    }
}

/// The last cause says what happened ("connection refused"); those before it only where.
pub(crate) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
