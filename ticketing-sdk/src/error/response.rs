//! The details of errors: error responses of the API, unexpected responses, and calls without a response.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::types::text::sanitize;
use crate::{ErrorCode, ErrorDetail};

/// An error answer of the contract.
///
/// ```no_run
/// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use ticketing_sdk::Error;
///
/// if let Err(Error::Api(refusal)) = client.orders().create("t-1").await {
///     println!("{} {:?}: {refusal}", refusal.status, refusal.code);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// The status of the answer.
    pub status: StatusCode,
    /// The code of the first error that has one. Where the backend sends no codes,
    /// derived from a status that leaves no doubt (401, 404, 412, 413, 415, 429, 503).
    pub code: Option<ErrorCode>,
    /// Every error of the request, as the server listed them.
    pub details: Vec<ErrorDetail>,
    /// The id of the request in the logs of the server.
    pub request_id: Option<String>,
    /// How long to wait before asking again.
    pub retry_after: Option<Duration>,
}

/// An answer that did not come from the marketplace.
///
/// ```
/// # ticketing_sdk::mock::run_example(async |client, mock| {
/// # use ticketing_sdk::{Method, mock::Reply};
/// use ticketing_sdk::Error;
///
/// mock.on(Method::GET, "/api/tickets/t-1", Reply::text(502, "text/html", "<h1>Bad gateway</h1>"));
/// let Err(Error::Unexpected(page)) = client.tickets().get("t-1").await else { panic!("a page is no ticket") };
/// assert_eq!((page.status.as_u16(), page.head.as_str()), (502, "<h1>Bad gateway</h1>"));
/// # Ok(()) });
/// ```
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

/// What is wrong with the certificate of a server. Its `Display` completes "the certificate is not accepted: …".
///
/// ```no_run
/// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use ticketing_sdk::{CertificateError, Error};
///
/// match client.tickets().get("t-1").await {
///     Err(Error::Untrusted { reason: CertificateError::Expired, .. }) => println!("is the clock right?"),
///     Err(Error::Untrusted { reason, .. }) => println!("not accepted: {reason}"),
///     ticket => println!("{}", ticket?.title),
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateError {
    /// It has expired.
    Expired,
    /// It is not valid yet.
    NotValidYet,
    /// It is of another host.
    OtherHost,
    /// Its issuer is not trusted.
    UnknownIssuer,
    /// It is that of an authority, which signs certificates of servers: a self-signed one, as `openssl req -x509` makes it.
    IsAuthority,
    /// Anything else, in the words of the verifier.
    Other(String),
}

/// Whether a write of unknown outcome may be sent again.
///
/// ```
/// # ticketing_sdk::mock::run_example(async |client, mock| {
/// # use ticketing_sdk::{Method, mock::Reply};
/// use ticketing_sdk::{Error, SafeToRepeat};
///
/// mock.on(Method::POST, "/api/orders", Reply::broken());
/// let error = client.orders().create("t-1").await.unwrap_err();
/// let Error::UnknownOutcome { safe_to_repeat, .. } = error else { panic!("{error}") };
/// assert_eq!(safe_to_repeat, SafeToRepeat::IfServerKeepsKeys);
/// # Ok(()) });
/// ```
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
///
/// ```
/// # ticketing_sdk::mock::run_example(async |client, mock| {
/// # use ticketing_sdk::{Method, mock::Reply};
/// use ticketing_sdk::{Error, Phase};
///
/// mock.on(Method::GET, "/api/tickets/t-1", Reply::hang());
/// let request = client.request(Method::GET, "/api/tickets/t-1").timeout(std::time::Duration::from_millis(20));
/// let error = request.send().await.unwrap_err();
/// assert!(matches!(error, Error::Timeout { phase: Phase::Total, .. }));
/// # Ok(()) });
/// ```
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

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.details.is_empty() {
            return write!(f, "the server answered {}", self.status);
        }
        for (index, detail) in self.details.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}", sanitize(&detail.message))?;
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

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "it has expired",
            Self::NotValidYet => "it is not valid yet",
            Self::OtherHost => "it is of another host",
            Self::UnknownIssuer => "its issuer is not trusted",
            Self::IsAuthority => "it is the certificate of an authority, and not of a server",
            Self::Other(reason) => reason,
        })
    }
}
