//! The deferred events of this replica: how long they wait, and the ack decision of each.
//!
//! Time counts only while the consumer makes progress, so that no event is dead-lettered because of an outage.

use std::collections::HashMap;
use std::time::Duration;

use ticketing_platform::backoff::{Backoff, add_jitter};
use ticketing_platform::db::DbError;
use tokio::time::Instant;

use super::DeliveryLimits;
use crate::{AckDecision, Delivery, Subscription};

/// The maximum time between two batches that counts as working time.
const MAX_WORK_STEP: Duration = Duration::from_secs(5);
/// The delay of an event that is not due.
const NOT_DUE_DELAY: Duration = Duration::from_millis(500);
/// The delay of an event after an outage.
const OUTAGE_DELAY: Duration = Duration::from_secs(1);
/// The longest delay of a failed event.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(5);
/// The longest delay of an event without its predecessor.
const MAX_OUT_OF_ORDER_DELAY: Duration = Duration::from_secs(2);
/// The longest delay of an event without a handler, so that a newer replica receives it soon.
const MAX_UNHANDLED_DELAY: Duration = Duration::from_secs(1);
/// The longest delay of an event without a handler while many events wait, so that other events are delivered.
const MAX_BACKLOG_DELAY: Duration = Duration::from_secs(10);
/// The number of waiting events above which [`MAX_BACKLOG_DELAY`] applies.
const BACKLOG_THRESHOLD: usize = 500;
/// The number of remembered events above which old ones are forgotten.
const MAX_REMEMBERED: usize = 16_384;

/// The outcome of one event.
#[derive(Clone, Debug)]
pub(super) enum EventOutcome {
    /// It was applied, now or earlier: ack.
    Applied,
    /// It is not due.
    NotDue,
    /// Its predecessor is missing.
    OutOfOrder,
    /// This version has no handler for it.
    Unhandled,
    /// Its handler returned an error, and the database works.
    Failed {
        /// The number of failures.
        failures: u32,
        /// Whether a retry cannot succeed.
        is_final: bool,
        /// The error.
        cause: String,
    },
    /// The database could not be written.
    Outage(DbError),
}

/// The state of a waiting event.
#[derive(Clone, Copy, Debug)]
struct DeferredEvent {
    /// The working time at its first attempt.
    since: Duration,
    /// The working time at its last attempt.
    seen: Duration,
    tries: u32,
}

/// The waiting events of a consumer, in this replica.
#[derive(Debug)]
pub(super) struct DeferredEvents {
    durable: &'static str,
    limits: DeliveryLimits,
    events: HashMap<String, DeferredEvent>,
    /// The working time of the consumer: the time in which it made progress.
    worked: Duration,
    last: Instant,
}

impl DeferredEvents {
    pub(super) fn new(durable: &'static str, limits: DeliveryLimits) -> Self {
        Self { durable, limits, events: HashMap::new(), worked: Duration::ZERO, last: Instant::now() }
    }

    /// Records the end of a batch: the time since the previous one is working time.
    pub(super) fn progress(&mut self) {
        let now = Instant::now();
        self.worked += now.duration_since(self.last).min(MAX_WORK_STEP);
        self.last = now;
        if self.events.len() > MAX_REMEMBERED {
            let floor = self.worked.saturating_sub(MAX_RETRY_DELAY * 4);
            self.events.retain(|_, wait| wait.seen >= floor);
        }
    }

    /// Returns whether this process has survived an attempt of the event.
    pub(super) fn has_seen(&self, event_id: &str) -> bool {
        self.events.contains_key(event_id)
    }

    /// Returns the number of attempts of an event by this replica.
    pub(super) fn tries(&self, event_id: &str) -> u32 {
        self.events.get(event_id).map_or(0, |wait| wait.tries)
    }

    /// Decides how a delivery is settled.
    pub(super) async fn decide(
        &mut self,
        delivery: &Delivery,
        outcome: EventOutcome,
        subscription: Option<&Subscription>,
    ) -> AckDecision {
        let id = &delivery.envelope.id;
        match outcome {
            EventOutcome::Applied => {
                self.events.remove(id);
                AckDecision::Ack
            }
            EventOutcome::NotDue => {
                self.record(id);
                AckDecision::Postpone { after: NOT_DUE_DELAY }
            }
            EventOutcome::Outage(_) => {
                self.record(id);
                AckDecision::Postpone { after: add_jitter(OUTAGE_DELAY) }
            }
            EventOutcome::OutOfOrder => {
                let DeferredEvent { since, tries, .. } = self.record(id);
                let cause = "its predecessor has not arrived".to_owned();
                if self.worked.saturating_sub(since) >= self.limits.out_of_order
                    && is_oldest(delivery, subscription).await
                {
                    self.events.remove(id);
                    return AckDecision::DeadLetter { attempts: tries, cause };
                }
                AckDecision::Nak {
                    after: Backoff::new(Duration::from_millis(5), MAX_OUT_OF_ORDER_DELAY).delay(tries),
                    cause,
                }
            }
            EventOutcome::Unhandled => {
                let DeferredEvent { since, tries, .. } = self.record(id);
                let longest = if self.events.len() > BACKLOG_THRESHOLD {
                    MAX_BACKLOG_DELAY
                } else {
                    MAX_UNHANDLED_DELAY
                };
                let cause =
                    format!("{} has no handler in this version of {}", delivery.envelope.name, self.durable);
                if self.worked.saturating_sub(since) >= self.limits.unhandled {
                    self.events.remove(id);
                    return AckDecision::DeadLetter { attempts: tries, cause };
                }
                // Without jitter the server could offer the event to the same replica each time.
                let after = add_jitter(Backoff::new(Duration::from_millis(50), longest).delay(tries));
                AckDecision::Nak { after, cause }
            }
            EventOutcome::Failed { failures, is_final, cause } => {
                self.record(id);
                if is_final || failures >= self.limits.failures {
                    self.events.remove(id);
                    return AckDecision::DeadLetter { attempts: failures, cause };
                }
                AckDecision::Nak {
                    after: Backoff::new(Duration::from_millis(20), MAX_RETRY_DELAY).delay(failures),
                    cause,
                }
            }
        }
    }

    fn record(&mut self, id: &str) -> DeferredEvent {
        let worked = self.worked;
        let wait = self.events.entry(id.to_owned()).or_insert(DeferredEvent {
            since: worked,
            seen: worked,
            tries: 0,
        });
        (wait.seen, wait.tries) = (worked, wait.tries.saturating_add(1));
        *wait
    }
}

/// Returns whether everything before a delivery in the log is settled: then its predecessor cannot arrive any more.
async fn is_oldest(delivery: &Delivery, subscription: Option<&Subscription>) -> bool {
    let Some(subscription) = subscription else { return false };
    subscription.is_oldest_unsettled(delivery).await.unwrap_or_else(|error| {
        tracing::debug!(%error, "reading the unsettled events before an event failed");
        false
    })
}
