//! The errors of the NATS connection.

use async_nats::jetstream::ErrorCode;

/// Why NATS could not be reached, or did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JetStreamError {
    /// The address is no list of servers.
    #[error("expected servers like nats://127.0.0.1:4222, with commas")]
    Url,
    /// It could not be connected to at all.
    #[error("cannot connect to {url}: {reason}")]
    Connect {
        /// Where, without a password.
        url: String,
        /// Why.
        reason: String,
    },
    /// The credentials cannot be used.
    #[error("the credentials of NATS cannot be used: {0}")]
    Credentials(String),
    /// The server is older than what this program needs.
    #[error("the NATS server at {url} is version {found}; at least {needed} is needed")]
    UnsupportedVersion {
        /// Where, without a password.
        url: String,
        /// Its version.
        found: String,
        /// The version that is needed.
        needed: &'static str,
    },
    /// The server has no JetStream, or this account may not use it.
    #[error("JetStream is not enabled for this account of the NATS server")]
    NotEnabled,
    /// A stream is there, and is made otherwise than it must be.
    #[error(
        "the stream {stream} exists with {field} = {found}, but {expected} is needed; edit or delete the stream"
    )]
    StreamMismatch {
        /// The stream.
        stream: String,
        /// What differs.
        field: &'static str,
        /// How it is.
        found: String,
        /// How it must be.
        expected: String,
    },
    /// The user has no permission.
    #[error("NATS refuses: {0}")]
    PermissionDenied(String),
    /// The connection is down. It comes back by itself.
    #[error("the connection to NATS is down")]
    Disconnected,
    /// There was no answer in time. Whether it was done is not known.
    #[error("NATS did not answer {0} in time")]
    Timeout(String),
    /// No responders: the stream or the consumer does not exist.
    #[error("nobody answers {0}: the stream or the consumer is gone")]
    NoResponders(String),
    /// Other replicas keep changing the configuration of this consumer.
    #[error("the configuration of the consumer {0} keeps changing")]
    Contended(String),
    /// Another client removed subjects from this consumer. It is extended again.
    #[error("the consumer {0} lacks subjects that this version handles")]
    Narrowed(String),
    /// The JetStream API returned an error.
    #[error("NATS answers {subject} with: {description} (error {code})")]
    Api {
        /// What was asked.
        subject: String,
        /// The number of the error.
        code: u64,
        /// The description of the error.
        description: String,
    },
    /// The answer cannot be understood.
    #[error("the answer of NATS to {subject} cannot be read: {reason}")]
    InvalidResponse {
        /// What was asked.
        subject: String,
        /// Why.
        reason: String,
    },
    /// The client failed.
    #[error("the NATS client failed: {0}")]
    Client(String),
}

impl JetStreamError {
    /// Whether the server answered with this error.
    pub(crate) fn is(&self, wanted: ErrorCode) -> bool {
        matches!(self, Self::Api { code, .. } if *code == wanted.0)
    }

    /// Whether the stream or the consumer has to be made before this can work.
    pub(crate) fn lacks_a_stream(&self) -> bool {
        matches!(self, Self::NoResponders(_))
            || self.is(ErrorCode::STREAM_NOT_FOUND)
            || self.is(ErrorCode::CONSUMER_NOT_FOUND)
    }
}
