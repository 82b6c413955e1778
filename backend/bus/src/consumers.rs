//! The consumer loop: one transaction holds the effect of an event and its inbox row.
//!
//! Failures of an event are counted, and an event that has failed too often is dead-lettered. An outage of the database is
//! not counted: the consumer pauses, keeps its deliveries, pulls no more, and continues when the database writes again.

mod apply;
mod deferred;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ticketing_events::{DecodeError, Envelope, Event, EventName};
use ticketing_platform::backoff::{Backoff, add_jitter};
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::kill_point;
use ticketing_platform::outage::WriterOutage;
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::telemetry::{Span, TraceContext};
use tokio::time::Instant;

use crate::{AckDecision, ApplyOutcome, Bus, BusError, Delivery, ServiceCore, Subscription, probe, spans};
use deferred::{DeferredEvents, EventOutcome};

/// The maximum number of events in one transaction. Requests wait for the same writer, so transactions are short.
const BATCH: usize = 64;
/// The maximum on a shared database: a longer transaction conflicts with more others.
const SHARED_BATCH: usize = 16;
/// The pauses after failures of the bus.
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(5));
/// How long a consumer keeps its deliveries during an outage. Then it naks them, since another replica may be able to
/// write.
const MAX_HOLD_IN_OUTAGE: Duration = Duration::from_secs(30);

/// An event could not be handled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandlerError {
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The body does not match the event name. A retry does not help.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The handler panicked.
    #[error("the handler panicked")]
    Panicked,
}

type Apply = Box<dyn Fn(&mut Tx<'_>, &Envelope) -> Result<ApplyOutcome, HandlerError> + Send + Sync>;

/// When an event that cannot be handled is dead-lettered. Times do not include outages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryLimits {
    /// The number of failures of the event itself.
    pub failures: u32,
    /// How long an event waits for its predecessor, once everything before it in the log is settled.
    pub out_of_order: Duration,
    /// How long an event without a handler in this version is retried: longer than a rolling upgrade takes.
    pub unhandled: Duration,
}

impl Default for DeliveryLimits {
    fn default() -> Self {
        Self { failures: 10, out_of_order: Duration::from_secs(60), unhandled: Duration::from_secs(600) }
    }
}

/// The handlers of a service: a durable consumer of the bus.
pub struct Consumers {
    durable: &'static str,
    core: ServiceCore,
    handlers: BTreeMap<EventName, Apply>,
    limits: DeliveryLimits,
    outage: WriterOutage,
    /// The outage of the database that holds the event log.
    log_outage: WriterOutage,
}

/// The outcome of a batch.
enum BatchOutcome {
    /// Every delivery has its decision.
    Settled {
        /// Whether the database was written, and so can be.
        has_written: bool,
    },
    /// The database could not be written. Deliveries without a decision are redelivered.
    Outage(DbError),
    /// The unit of work failed as a whole without an outage: its events are retried one by one.
    Refused(DbError),
}

impl Consumers {
    /// Creates the consumer `durable` of a service, whose `applied` signal it notifies after each batch.
    pub(crate) fn new(durable: &'static str, core: ServiceCore) -> Self {
        Self {
            durable,
            core,
            handlers: BTreeMap::new(),
            limits: DeliveryLimits::default(),
            outage: WriterOutage::new(durable),
            log_outage: WriterOutage::new(format!("{durable}, in the event log")),
        }
    }

    /// Returns the name of the durable consumer.
    pub fn durable(&self) -> &'static str {
        self.durable
    }

    /// Adds the handler of an event. It applies the event in the transaction, together with the events that the service
    /// appends. If it fails, its changes are rolled back, and the event is retried.
    pub fn on<E: Event>(
        mut self,
        handle: impl Fn(&mut Tx<'_>, &E) -> Result<ApplyOutcome, DbError> + Send + Sync + 'static,
    ) -> Self {
        let apply: Apply = Box::new(move |tx, envelope| Ok(handle(tx, &envelope.decode()?)?));
        self.handlers.insert(E::NAME, apply);
        self
    }

    /// Adds the handler of an event, as [`on`](Self::on), which also receives `context`.
    pub fn on_with_context<C: Send + Sync + 'static, E: Event>(
        self,
        context: C,
        handle: impl Fn(&C, &mut Tx<'_>, &E) -> Result<ApplyOutcome, DbError> + Send + Sync + 'static,
    ) -> Self {
        self.on(move |tx: &mut Tx<'_>, event: &E| handle(&context, tx, event))
    }

    /// Sets the limits of dead-lettering.
    #[must_use]
    pub fn with_limits(mut self, limits: DeliveryLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Handles events until shutdown.
    pub async fn run(self, bus: Bus, shutdown: Shutdown) {
        let consumers = Arc::new(self);
        let mut reconnects = bus.reconnects();
        let mut failures = 0_u32;
        let mut waiting = DeferredEvents::new(consumers.durable, consumers.limits);
        loop {
            let pause = tokio::select! {
                () = shutdown.triggered() => return,
                failed = consumers.clone().consume(&bus, &mut failures, &mut waiting) => {
                    let Err(error) = failed;
                    failures = failures.saturating_add(1);
                    let pause = BACKOFF.delay(failures);
                    if let Some(error) = error.outage() {
                        pause.max(consumers.log_outage.fail(error))
                    } else {
                        tracing::warn!(durable = consumers.durable, %error, "consumer failed; retrying");
                        pause
                    }
                }
            };
            tokio::select! {
                () = shutdown.triggered() => return,
                () = tokio::time::sleep(pause) => {}
                () = reconnects.notified() => {}
            }
        }
    }

    async fn consume(
        self: Arc<Self>,
        bus: &Bus,
        failures: &mut u32,
        waiting: &mut DeferredEvents,
    ) -> Result<std::convert::Infallible, BusError> {
        let names = self.handlers.keys().copied().collect();
        let mut subscription = bus.subscribe(self.durable, names).await?;
        let most = if self.core.db.is_shared() { SHARED_BATCH } else { BATCH };
        let mut limit = most;
        loop {
            let batch = self.clone().consume_batch(&mut subscription, limit, bus.system(), waiting);
            match self.await_batch(batch).await? {
                BatchOutcome::Settled { has_written } => {
                    self.log_outage.succeed();
                    limit = (limit * 2).min(most);
                    if has_written {
                        self.set_paused(false);
                        self.outage.succeed();
                    }
                }
                BatchOutcome::Refused(error) => {
                    limit = 1;
                    tracing::warn!(durable = self.durable, %error, "a batch failed; its events are retried one by one");
                }
                BatchOutcome::Outage(error) => {
                    // One by one at first, so that an event that always causes this does not fail the others.
                    limit = 1;
                    self.wait_out(&mut subscription, &error).await?;
                }
            }
            *failures = 0;
        }
    }

    /// Waits for a batch. An outage also ends after some time without events, because another replica may have handled
    /// them all.
    async fn await_batch(
        &self,
        batch: impl Future<Output = Result<BatchOutcome, BusError>>,
    ) -> Result<BatchOutcome, BusError> {
        tokio::pin!(batch);
        while let Some(end) = self.outage.ends_at() {
            tokio::select! {
                batch = &mut batch => return batch,
                () = tokio::time::sleep_until(end) => {
                    if self.outage.succeed() {
                        self.set_paused(false);
                    }
                }
            }
        }
        batch.await
    }

    fn set_paused(&self, is_paused: bool) {
        let value = if is_paused { 1.0 } else { 0.0 };
        metrics::gauge!("consumer_paused", "consumer" => self.durable).set(value);
    }

    /// Pauses until a probe can write to the database. Keeps the deliveries for a while, and pulls no more. The outage
    /// lasts until a batch succeeds.
    async fn wait_out(&self, subscription: &mut Subscription, error: &DbError) -> Result<(), BusError> {
        if self.outage.ends_at().is_none() {
            metrics::counter!("consumer_outages_total", "consumer" => self.durable).increment(1);
        }
        self.set_paused(true);
        let (began, mut pause, mut holds) = (Instant::now(), self.outage.fail(error), true);
        loop {
            let probed = async {
                tokio::time::sleep(add_jitter(pause)).await;
                probe::write(&self.core.db, self.core.clock.now()).await
            };
            match subscription.keep_alive_while(probed).await {
                Ok(()) => return Ok(()),
                Err(error) => pause = self.outage.fail(&error),
            }
            if holds && began.elapsed() >= MAX_HOLD_IN_OUTAGE {
                subscription.release_unsettled().await?;
                holds = false;
            }
        }
    }

    async fn consume_batch(
        self: Arc<Self>,
        subscription: &mut Subscription,
        limit: usize,
        system: &'static str,
        waiting: &mut DeferredEvents,
    ) -> Result<BatchOutcome, BusError> {
        let deliveries: Arc<[Delivery]> = subscription.next(limit).await?.into();
        let begun = deliveries.iter().map(|it| spans::process(it, self.durable, self.core.db.name(), system));
        let spans: Vec<Span> = begun.collect();
        let contexts: Vec<TraceContext> = spans.iter().map(|span| span.context().clone()).collect();
        // An event that may have crashed a process is handled alone, unless this process has survived it.
        let may_kill: Vec<bool> = deliveries
            .iter()
            .map(|delivery| {
                subscription.may_be_redelivery(delivery) && !waiting.has_seen(&delivery.envelope.id)
            })
            .collect();
        let handled = self.clone().handle_batch(contexts, deliveries.clone(), may_kill);
        let outcomes = match subscription.keep_alive_while(handled).await {
            Ok(outcomes) => outcomes,
            Err(error) => {
                spans.iter().for_each(|span| span.fail(error.to_string()));
                return Ok(if error.is_outage() {
                    BatchOutcome::Outage(error)
                } else {
                    BatchOutcome::Refused(error)
                });
            }
        };
        let outage = outcomes.iter().find_map(|outcome| match outcome {
            EventOutcome::Outage(error) => Some(error.clone()),
            _ => None,
        });
        let has_written = outcomes
            .iter()
            .any(|outcome| matches!(outcome, EventOutcome::Applied | EventOutcome::Failed { .. }));
        let mut decisions = Vec::with_capacity(outcomes.len());
        for (delivery, outcome) in deliveries.iter().zip(outcomes) {
            decisions.push(waiting.decide(delivery, outcome, Some(&*subscription)).await);
        }
        kill_point("before-ack");
        for ((delivery, decision), span) in deliveries.iter().zip(&decisions).zip(spans) {
            let _within = span.context().enter();
            spans::record_decision(&span, decision);
            self.report(delivery, decision, waiting);
        }
        subscription.acknowledge(deliveries.iter().cloned().zip(decisions).collect()).await?;
        Ok(outage.map_or_else(
            || {
                waiting.progress();
                BatchOutcome::Settled { has_written }
            },
            BatchOutcome::Outage,
        ))
    }

    fn report(&self, delivery: &Delivery, decision: &AckDecision, waiting: &DeferredEvents) {
        let name = delivery.envelope.name.as_str().to_owned();
        let outcome = decision.outcome();
        let cause = match decision {
            AckDecision::Ack | AckDecision::Postpone { .. } => None,
            AckDecision::Nak { cause, .. } | AckDecision::DeadLetter { cause, .. } => Some(cause),
        };
        metrics::counter!(
            "events_consumed_total", "consumer" => self.durable, "event" => name.clone(), "outcome" => outcome
        )
        .increment(1);
        if let Some(cause) = cause {
            let (event_id, attempt) = (&delivery.envelope.id, waiting.tries(&delivery.envelope.id));
            macro_rules! log {
                ($level:ident) => {
                    tracing::$level!(
                        durable = self.durable,
                        event = name,
                        event_id,
                        attempt,
                        outcome,
                        cause,
                        "event not handled"
                    )
                };
            }
            // Retries are logged once.
            if attempt <= 1 || matches!(decision, AckDecision::DeadLetter { .. }) {
                log!(warn)
            } else {
                log!(debug)
            }
        }
    }
}

impl std::fmt::Debug for Consumers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consumers").field("durable", &self.durable).finish_non_exhaustive()
    }
}
