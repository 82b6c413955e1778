//! Events that could not be handled yet, as this replica knows them: how long they wait, and what becomes of each.
//!
//! Time counts only while the consumer makes progress, so an outage, however long, brings no event nearer to its end.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::DeliveryLimits;
use super::apply::EventOutcome;
use crate::{AckDecision, Delivery, Subscription};

/// More time than this between two batches is not time in which the consumer worked.
const MAX_WORK_STEP: Duration = Duration::from_secs(5);
/// How long an event whose time has not come is put off, and one that met an outage.
const NOT_DUE_DELAY: Duration = Duration::from_millis(500);
const OUTAGE_DELAY: Duration = Duration::from_secs(1);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(5);
const MAX_OUT_OF_ORDER_DELAY: Duration = Duration::from_secs(2);
/// The longest pause of an event without a handler, so that a newer replica has it soon; and where many of them wait, lest
/// they are all that is delivered.
const MAX_UNHANDLED_DELAY: Duration = Duration::from_secs(1);
const MAX_CROWDED_DELAY: Duration = Duration::from_secs(10);
const CROWDED: usize = 500;
/// Events that are remembered, before those that were not seen for long are forgotten.
const MAX_REMEMBERED: usize = 16_384;

/// What is known of one event that waits.
#[derive(Clone, Copy, Debug)]
struct DeferredEvent {
    /// The working time at which it was first found to wait.
    since: Duration,
    /// The working time at which it was last seen.
    seen: Duration,
    tries: u32,
}

/// The events of one consumer that wait, in this replica.
#[derive(Debug)]
pub(super) struct DeferredEvents {
    durable: &'static str,
    limits: DeliveryLimits,
    events: HashMap<String, DeferredEvent>,
    /// How long the consumer has worked.
    worked: Duration,
    last: Instant,
}

impl DeferredEvents {
    pub(super) fn new(durable: &'static str, limits: DeliveryLimits) -> Self {
        Self { durable, limits, events: HashMap::new(), worked: Duration::ZERO, last: Instant::now() }
    }

    /// A batch was handled: the time since the last one counts.
    pub(super) fn progress(&mut self) {
        let now = Instant::now();
        self.worked += now.duration_since(self.last).min(MAX_WORK_STEP);
        self.last = now;
        if self.events.len() > MAX_REMEMBERED {
            let floor = self.worked.saturating_sub(MAX_RETRY_DELAY * 4);
            self.events.retain(|_, wait| wait.seen >= floor);
        }
    }

    /// Whether this process has handled the event before, and lives.
    pub(super) fn has_seen(&self, event_id: &str) -> bool {
        self.events.contains_key(event_id)
    }

    /// How often this replica has tried an event that waits.
    pub(super) fn tries(&self, event_id: &str) -> u32 {
        self.events.get(event_id).map_or(0, |wait| wait.tries)
    }

    /// Decides what becomes of a delivery.
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
                AckDecision::Accepted
            }
            EventOutcome::NotDue => {
                self.record(id);
                AckDecision::Postponed { after: NOT_DUE_DELAY }
            }
            EventOutcome::Outage(_) => {
                self.record(id);
                AckDecision::Postponed { after: jittered(OUTAGE_DELAY) }
            }
            EventOutcome::OutOfOrder => {
                let DeferredEvent { since, tries, .. } = self.record(id);
                let cause = "its predecessor has not come".to_owned();
                if self.worked.saturating_sub(since) >= self.limits.out_of_order
                    && is_oldest(delivery, subscription).await
                {
                    self.events.remove(id);
                    return AckDecision::Dead { attempts: tries, cause };
                }
                AckDecision::Retry {
                    after: backoff(Duration::from_millis(5), tries, MAX_OUT_OF_ORDER_DELAY),
                    cause,
                }
            }
            EventOutcome::Unhandled => {
                let DeferredEvent { since, tries, .. } = self.record(id);
                let longest =
                    if self.events.len() > CROWDED { MAX_CROWDED_DELAY } else { MAX_UNHANDLED_DELAY };
                let cause =
                    format!("{} has no handler in this version of {}", delivery.envelope.name, self.durable);
                if self.worked.saturating_sub(since) >= self.limits.unhandled {
                    self.events.remove(id);
                    return AckDecision::Dead { attempts: tries, cause };
                }
                // The jitter keeps the server's turns among the replicas from falling into step with the pauses.
                let after = jittered(backoff(Duration::from_millis(50), tries, longest));
                AckDecision::Retry { after, cause }
            }
            EventOutcome::Failed { failures, is_final, cause } => {
                self.record(id);
                if is_final || failures >= self.limits.failures {
                    self.events.remove(id);
                    return AckDecision::Dead { attempts: failures, cause };
                }
                AckDecision::Retry {
                    after: backoff(Duration::from_millis(20), failures, MAX_RETRY_DELAY),
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

/// Whether everything before it in the log is settled: then no delivery can bring its predecessor any more.
async fn is_oldest(delivery: &Delivery, subscription: Option<&Subscription>) -> bool {
    let Some(subscription) = subscription else { return false };
    subscription.is_oldest_unsettled(delivery).await.unwrap_or_else(|error| {
        tracing::debug!(%error, "whether anything before an event is unsettled cannot be read now");
        false
    })
}

/// Doubles with each attempt, up to `longest`.
fn backoff(first: Duration, attempt: u32, longest: Duration) -> Duration {
    first.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(longest)
}

/// Between half of a pause and all of it, so that replicas do not come back at once.
pub(super) fn jittered(pause: Duration) -> Duration {
    let mut byte = [0_u8; 1];
    // Without randomness all wait the same time, which is no harm.
    let _no_harm = getrandom::fill(&mut byte);
    pause / 2 + pause.mul_f64(f64::from(byte[0]) / 512.0)
}
