//! One delivery of an event to one durable consumer, and what became of it.

use std::sync::Arc;
use std::time::Duration;

use ticketing_events::Envelope;
use ticketing_sdk::Timestamp;

/// An event, delivered.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its place in the log.
    pub seq: i64,
    /// How many times it was delivered to this consumer, this time included, as the transport counts. The first is 1. It
    /// does not tell how often the event was tried: a delivery is no attempt.
    pub attempt: u32,
    /// The event.
    pub envelope: Arc<Envelope>,
}

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AckDecision {
    /// It took effect, now or before.
    Accepted,
    /// Put it back: it is delivered again after a while, to any replica.
    Retry {
        /// How long to wait.
        after: Duration,
        /// Why.
        cause: String,
    },
    /// It cannot be handled now, and that is not its fault: keep it, and deliver it again here after a while.
    Postponed {
        /// How long to wait.
        after: Duration,
    },
    /// It cannot be handled: set it aside.
    Dead {
        /// How often the consumer has tried it.
        attempts: u32,
        /// Why.
        cause: String,
    },
}

impl AckDecision {
    /// Its name in metrics, log lines and spans.
    pub(crate) fn outcome(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Postponed { .. } => "postponed",
            Self::Retry { .. } => "retried",
            Self::Dead { .. } => "dead",
        }
    }
}

/// An event that a consumer could not handle.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// The consumer that could not handle it.
    pub durable: String,
    /// Its place in the log.
    pub seq: i64,
    /// How many times it was tried.
    pub attempts: u32,
    /// Why it was set aside.
    pub cause: String,
    /// When it was set aside.
    pub died_at: Timestamp,
    /// The event.
    pub envelope: Envelope,
}
