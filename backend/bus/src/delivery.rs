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
pub enum AckDecision {
    /// The event was applied, now or earlier.
    #[strum(serialize = "accepted")]
    Ack,
    /// The event is redelivered after a delay, to any replica.
    #[strum(serialize = "retried")]
    Nak {
        /// The delay.
        after: Duration,
        /// The error of this attempt.
        cause: String,
    },
    /// The event cannot be handled now, for a reason outside of it: hold it, and redeliver it here after a delay.
    #[strum(serialize = "postponed")]
    Postpone {
        /// The delay.
        after: Duration,
    },
    /// The event cannot be handled.
    #[strum(serialize = "dead")]
    DeadLetter {
        /// The number of attempts.
        attempts: u32,
        /// The error of the last attempt.
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
    #[serde(rename = "diedAt")]
    pub dead_lettered_at: Timestamp,
    /// The event.
    #[serde(rename = "event")]
    pub envelope: Envelope,
}
