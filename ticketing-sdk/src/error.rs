//! The errors of calls.

mod category;
mod message;
mod query;
mod response;
mod session;

use std::fmt;
use std::time::Duration;

use http::{Method, StatusCode};

pub use self::category::ErrorCategory;
pub use self::response::{ApiError, CertificateError, Phase, SafeToRepeat, UnexpectedResponse};
pub use self::session::SessionError;
use crate::{IdempotencyKey, InvalidIdempotencyKey};

/// Any error, as a cause.
///
/// ```
/// use ticketing_sdk::{BoxError, SessionError};
///
/// let cause: BoxError = "the disk is full".into();
/// let error = SessionError::with_source("cannot write the sessions", cause);
/// ```
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The result of a call.
///
/// ```no_run
/// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
/// async fn titles(client: &ticketing_sdk::Client) -> ticketing_sdk::Result<Vec<String>> {
///     let tickets = client.tickets().list().all().await?;
///     Ok(tickets.into_iter().map(|ticket| ticket.title).collect())
/// }
/// # Ok(()) }
/// ```
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
    /// The certificate of the server is not accepted, so nothing was sent. It is not tried again: waiting renews no
    /// certificate, though setting the clock of this machine may.
    #[error("the certificate of {server} is not accepted: {reason}")]
    Untrusted {
        /// The server.
        server: String,
        /// What is wrong with the certificate.
        reason: CertificateError,
        /// The error of the connection.
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
        /// The error of the connection.
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
    /// A watch cannot resume at its position: the server no longer keeps, or does not know, the changes since then. State
    /// that was built from the changes may be wrong and has to be reloaded. The watch continues with new changes.
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
        /// The reason.
        message: String,
    },
    /// This backend cannot do it; the teaching versions have no live changes, for example.
    #[error("this server has no {what}")]
    Unsupported {
        /// The missing part.
        what: &'static str,
    },
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
