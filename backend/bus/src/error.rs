//! The errors of the bus.

mod jetstream;

use ticketing_platform::db::DbError;

pub use jetstream::JetStreamError;

/// An error of the bus.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BusError {
    /// The log cannot be read or written.
    #[error("the event log failed: {0}")]
    Log(#[from] DbError),
    /// NATS failed, or cannot be reached.
    #[error(transparent)]
    JetStream(#[from] JetStreamError),
    /// There is no such dead letter.
    #[error("{durable} has no dead letter {seq}")]
    NoSuchDeadLetter {
        /// The consumer.
        durable: String,
        /// Its sequence in the log.
        seq: i64,
    },
}

impl BusError {
    /// Returns the outage of the database of the event log, if that is the error.
    pub(crate) fn outage(&self) -> Option<&DbError> {
        match self {
            Self::Log(error) if error.is_outage() => Some(error),
            Self::Log(_) | Self::JetStream(_) | Self::NoSuchDeadLetter { .. } => None,
        }
    }
}

/// The events of an outbox could not be published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutboxError {
    /// The database of the outbox cannot be read or written.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The bus failed.
    #[error(transparent)]
    Bus(#[from] BusError),
}

impl OutboxError {
    /// Returns the outage of the database of the service, or of the database of the event log.
    pub(crate) fn outage(&self) -> Option<&DbError> {
        match self {
            Self::Db(error) => Some(error).filter(|error| error.is_outage()),
            Self::Bus(error) => error.outage(),
        }
    }
}
