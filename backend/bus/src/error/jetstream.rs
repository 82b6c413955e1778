//! The errors of the NATS connection.

use async_nats::jetstream::ErrorCode;

/// An error of NATS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JetStreamError {
    /// The URL is not a list of servers.
    #[error("expected servers like nats://127.0.0.1:4222, with commas")]
    Url,
    /// The first connection failed.
    #[error("cannot connect to {url}: {reason}")]
    Connect {
        /// The URL without its password.
        url: String,
        /// The reason.
        reason: String,
    },
    /// The credentials cannot be used.
    #[error("the credentials of NATS cannot be used: {0}")]
    Credentials(String),
    /// The server is too old.
    #[error("the NATS server at {url} is version {found}; at least {needed} is needed")]
    UnsupportedVersion {
        /// The URL without its password.
        url: String,
        /// Its version.
        found: String,
        /// The oldest supported version.
        needed: &'static str,
    },
    /// JetStream is not enabled for the server or the account.
    #[error("JetStream is not enabled for this account of the NATS server")]
    NotEnabled,
    /// A stream has another configuration than the bus needs.
    #[error(
        "the stream {stream} exists with {field} = {found}, but {expected} is needed; edit or delete the stream"
    )]
    StreamMismatch {
        /// The stream.
        stream: String,
        /// The field.
        field: &'static str,
        /// The actual value.
        found: String,
        /// The expected value.
        expected: String,
    },
    /// The user has no permission.
    #[error("NATS refuses: {0}")]
    PermissionDenied(String),
    /// The connection is down. It is restored.
    #[error("the connection to NATS is down")]
    Disconnected,
    /// The request timed out. Its outcome is unknown.
    #[error("NATS did not answer {0} in time")]
    Timeout(String),
    /// No responders: the stream or the consumer does not exist.
    #[error("no responders for {0}: the stream or the consumer does not exist")]
    NoResponders(String),
    /// Other replicas keep changing the configuration of this consumer.
    #[error("the configuration of the consumer {0} keeps changing")]
    Contended(String),
    /// Another client removed subjects from this consumer. It is extended again.
    #[error("the consumer {0} lacks subjects that this version handles")]
    FilterNarrowed(String),
    /// The JetStream API returned an error.
    #[error("NATS answers {subject} with: {description} (error {code})")]
    Api {
        /// The subject of the request.
        subject: String,
        /// The code of the error.
        code: u64,
        /// The description of the error.
        description: String,
    },
    /// The response cannot be decoded.
    #[error("the answer of NATS to {subject} cannot be read: {reason}")]
    InvalidResponse {
        /// The subject of the request.
        subject: String,
        /// The reason.
        reason: String,
    },
    /// The client failed.
    #[error("the NATS client failed: {0}")]
    Client(String),
}

impl JetStreamError {
    pub(crate) fn client(error: impl std::fmt::Display) -> Self {
        Self::Client(error.to_string())
    }

    /// Returns whether the server responded with this error.
    pub(crate) fn is(&self, wanted: ErrorCode) -> bool {
        matches!(self, Self::Api { code, .. } if *code == wanted.0)
    }

    /// Returns whether the stream or the consumer does not exist.
    pub(crate) fn is_stream_missing(&self) -> bool {
        matches!(self, Self::NoResponders(_))
            || self.is(ErrorCode::STREAM_NOT_FOUND)
            || self.is(ErrorCode::CONSUMER_NOT_FOUND)
    }
}
