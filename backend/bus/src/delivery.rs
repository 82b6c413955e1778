//! One delivery of an event to one durable consumer, and the consumer's ack decision.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use ticketing_events::Envelope;
use ticketing_sdk::Timestamp;

/// A delivered event.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its sequence in the log.
    pub seq: i64,
    /// How often the transport has delivered the event to this consumer, starting at 1. It is not the number of attempts: a
    /// delivery need not be handled.
    pub delivery_count: u32,
    /// The event.
    pub envelope: Arc<Envelope>,
}

/// How the consumer settles a delivery.
#[derive(Clone, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum AckDecision {
    /// It was applied, now or earlier: ack.
    Accepted,
    /// Nak it: it is redelivered after a delay, to any replica.
    #[strum(serialize = "retried")]
    Retry {
        /// How long to wait.
        after: Duration,
        /// Why.
        cause: String,
    },
    /// It cannot be handled now, for a reason outside the event: hold it, and redeliver it here after a delay.
    Postponed {
        /// How long to wait.
        after: Duration,
    },
    /// It cannot be handled: dead-letter it.
    Dead {
        /// The number of attempts.
        attempts: u32,
        /// Why.
        cause: String,
    },
}

impl AckDecision {
    /// Its name in metrics, log lines and spans.
    pub(crate) fn outcome(&self) -> &'static str {
        self.into()
    }
}

/// An event that a consumer could not handle.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetter {
    /// The consumer that could not handle it.
    pub durable: String,
    /// Its sequence in the log.
    pub seq: i64,
    /// The number of attempts.
    pub attempts: u32,
    /// The error that dead-lettered it.
    pub cause: String,
    /// When it was dead-lettered.
    pub died_at: Timestamp,
    /// The event.
    #[serde(rename = "event")]
    pub envelope: Envelope,
}
