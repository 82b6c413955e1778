//! The consumer loop: one transaction per event holds its effect and the record that it took effect.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use ticketing_events::{DecodeError, Envelope, Event, EventName};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Db, DbError, Tx};
use ticketing_platform::kill_point;
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::signal::Signal;
use ticketing_platform::telemetry::{Span, TraceContext};
use ticketing_sdk::Timestamp;

use crate::{Bus, BusError, Delivery, Effect, Subscription, Verdict, outbox, spans};

/// Events handled in one transaction at most. Requests wait for the same writer, so it is not held for long.
const BATCH: usize = 64;
/// The same where other processes write too: the longer a transaction, the more are in its way.
const SHARED_BATCH: usize = 16;
/// Tries before an event is set aside.
const MAX_ATTEMPTS: u32 = 10;
/// Tries of an event whose predecessor has not come yet. With the pauses between them, more than a minute.
const MAX_EARLY: u32 = 40;
/// The pause after the bus failed. It doubles up to [`LONGEST_BACKOFF`] until a batch was handled.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);
const LONGEST_EARLY: Duration = Duration::from_secs(2);
/// How long an event whose time has not come is put off.
const LATER: Duration = Duration::from_millis(500);

/// Why an event could not be handled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandlerError {
    /// The database failed. Worth another try.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The body is not what the name promises. No try will change that.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The handler panicked.
    #[error("the handler panicked")]
    Panicked,
}

/// Handles one kind of event.
pub trait Handler: Send + Sync + 'static {
    /// The event.
    type Event: Event;

    /// Applies the event in `tx`, together with what the service has to say about it.
    ///
    /// # Errors
    /// When it cannot be applied now. Everything it did is undone and it is tried again.
    fn handle(&self, tx: &mut Tx<'_>, event: &Self::Event) -> Result<Effect, DbError>;
}

type Apply = Box<dyn Fn(&mut Tx<'_>, &Envelope) -> Result<Effect, HandlerError> + Send + Sync>;

/// One service's handlers, a durable consumer of the bus.
pub struct Consumers {
    durable: &'static str,
    db: Db,
    clock: Clock,
    handlers: BTreeMap<EventName, Apply>,
    arrived: Signal,
}

impl Consumers {
    /// The consumer named `durable`, whose handlers work on `db`.
    #[must_use]
    pub fn new(durable: &'static str, db: Db, clock: Clock) -> Self {
        Self { durable, db, clock, handlers: BTreeMap::new(), arrived: Signal::default() }
    }

    /// The name that the bus knows it by.
    #[must_use]
    pub fn durable(&self) -> &'static str {
        self.durable
    }

    /// Adds a handler.
    #[must_use]
    pub fn on<H: Handler>(mut self, handler: H) -> Self {
        let apply: Apply = Box::new(move |tx, envelope| {
            let event = envelope.open::<H::Event>()?;
            Ok(handler.handle(tx, &event)?)
        });
        self.handlers.insert(H::Event::NAME, apply);
        self
    }

    /// Rings `signal` whenever events have taken effect.
    #[must_use]
    pub fn ringing(mut self, signal: Signal) -> Self {
        self.arrived = signal;
        self
    }

    /// Handles events until shutdown.
    pub async fn run(self, bus: Bus, shutdown: Shutdown) {
        let consumers = Arc::new(self);
        let mut recovery = bus.recovery();
        let mut pause = FIRST_PAUSE;
        loop {
            tokio::select! {
                () = shutdown.triggered() => return,
                failed = consumers.clone().consume(&bus, &mut pause) => {
                    let Err(error) = failed;
                    tracing::warn!(durable = consumers.durable, %error, "the consumer failed; trying again");
                }
            }
            tokio::select! {
                () = shutdown.triggered() => return,
                () = tokio::time::sleep(pause) => {}
                () = recovery.heard() => {}
            }
            pause = (pause * 2).min(LONGEST_BACKOFF);
        }
    }

    async fn consume(
        self: Arc<Self>,
        bus: &Bus,
        pause: &mut Duration,
    ) -> Result<std::convert::Infallible, BusError> {
        let names = self.handlers.keys().copied().collect();
        let mut subscription = bus.subscribe(self.durable, names).await?;
        loop {
            self.clone().consume_batch(&mut subscription, bus.system()).await?;
            *pause = FIRST_PAUSE;
        }
    }

    async fn consume_batch(
        self: Arc<Self>,
        subscription: &mut Subscription,
        system: &'static str,
    ) -> Result<(), BusError> {
        let batch = if self.db.is_shared() { SHARED_BATCH } else { BATCH };
        let deliveries: Arc<[Delivery]> = subscription.next(batch).await?.into();
        let begun = deliveries.iter().map(|it| spans::process(it, self.durable, self.db.name(), system));
        let spans: Vec<Span> = begun.collect();
        let contexts = spans.iter().map(|span| span.context().clone()).collect();
        let applied = self.clone().apply_within(contexts, deliveries.clone()).await;
        if let Err(error) = &applied {
            spans.iter().for_each(|span| span.fail(error.to_string()));
        }
        let verdicts = applied?;
        kill_point("before-ack");
        for ((delivery, verdict), span) in deliveries.iter().zip(&verdicts).zip(spans) {
            let _within = span.context().enter();
            spans::processed(&span, verdict);
            self.report(delivery, verdict);
        }
        subscription.settle(deliveries.iter().cloned().zip(verdicts).collect()).await
    }

    /// Applies a batch in one transaction, each event in a savepoint of its own. What is said about an event belongs to its
    /// trace.
    ///
    /// # Errors
    /// When the transaction as a whole failed: then nothing took effect.
    pub async fn apply(self: Arc<Self>, deliveries: Arc<[Delivery]>) -> Result<Vec<Verdict>, DbError> {
        let told = deliveries.iter().map(|delivery| TraceContext::remote(delivery.envelope.trace.as_deref()));
        let contexts = told.collect();
        self.apply_within(contexts, deliveries).await
    }

    async fn apply_within(
        self: Arc<Self>,
        contexts: Vec<TraceContext>,
        deliveries: Arc<[Delivery]>,
    ) -> Result<Vec<Verdict>, DbError> {
        let db = self.db.clone();
        let verdicts = db.write(move |tx| {
            let now = self.clock.now();
            tx.ring_on_commit(&self.arrived);
            let each = deliveries.iter().zip(&contexts).map(|(delivery, context)| {
                let _within = context.enter();
                self.apply_one(tx, delivery, now)
            });
            let verdicts = each.collect();
            kill_point("before-effect");
            Ok(verdicts)
        });
        verdicts.await
    }

    fn apply_one(&self, tx: &mut Tx<'_>, delivery: &Delivery, now: Timestamp) -> Verdict {
        // What did not happen leaves the savepoint as an error. Where one process writes, the record is written last: an
        // event that has to wait has then changed nothing, and there is nothing to undo. Where many write, it is written
        // first: whoever looks for a record that is not there is in the way of all who write one.
        let first = tx.dialect().is_shared();
        let outcome = tx.savepoint(|tx| {
            let event_id = &delivery.envelope.id;
            let heard =
                if first { !outbox::hear(tx, event_id, now)? } else { outbox::was_heard(tx, event_id)? };
            if heard {
                return Ok(());
            }
            match self.handle(tx, &delivery.envelope)? {
                Effect::Done | Effect::Stale if first => Ok(()),
                Effect::Done | Effect::Stale => Ok(outbox::hear(tx, event_id, now).map(drop)?),
                waits @ (Effect::Early | Effect::NotYet) => Err(Unapplied::Waits(waits)),
            }
        });
        match outcome {
            Ok(()) => Verdict::Accepted,
            Err(Unapplied::Waits(Effect::NotYet)) => Verdict::Postponed { after: LATER },
            Err(Unapplied::Waits(_)) => early(delivery),
            Err(Unapplied::Failed(error)) => failed(delivery, &error),
        }
    }

    fn handle(&self, tx: &mut Tx<'_>, envelope: &Envelope) -> Result<Effect, HandlerError> {
        let Some(apply) = self.handlers.get(&envelope.name) else { return Ok(Effect::Stale) };
        catch_unwind(AssertUnwindSafe(|| apply(tx, envelope))).unwrap_or(Err(HandlerError::Panicked))
    }

    fn report(&self, delivery: &Delivery, verdict: &Verdict) {
        let name = delivery.envelope.name.as_str();
        let outcome = verdict.outcome();
        let cause = match verdict {
            Verdict::Accepted | Verdict::Postponed { .. } => None,
            Verdict::Retry { cause, .. } | Verdict::Dead { cause } => Some(cause),
        };
        metrics::counter!("events_consumed_total", "consumer" => self.durable, "event" => name, "outcome" => outcome)
            .increment(1);
        if let Some(cause) = cause {
            let (attempt, id) = (delivery.attempt, &delivery.envelope.id);
            tracing::warn!(durable = self.durable, event = name, id, attempt, outcome, cause, "not handled");
        }
    }
}

impl std::fmt::Debug for Consumers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consumers").field("durable", &self.durable).finish_non_exhaustive()
    }
}

enum Unapplied {
    Waits(Effect),
    Failed(HandlerError),
}

impl From<DbError> for Unapplied {
    fn from(error: DbError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<HandlerError> for Unapplied {
    fn from(error: HandlerError) -> Self {
        Self::Failed(error)
    }
}

fn early(delivery: &Delivery) -> Verdict {
    let cause = "its predecessor has not come".to_owned();
    if delivery.attempt >= MAX_EARLY {
        return Verdict::Dead { cause };
    }
    Verdict::Retry { after: backoff(Duration::from_millis(5), delivery.attempt, LONGEST_EARLY), cause }
}

fn failed(delivery: &Delivery, error: &HandlerError) -> Verdict {
    let cause = error.to_string();
    if delivery.attempt >= MAX_ATTEMPTS || matches!(error, HandlerError::Decode(_)) {
        return Verdict::Dead { cause };
    }
    Verdict::Retry { after: backoff(Duration::from_millis(20), delivery.attempt, LONGEST_BACKOFF), cause }
}

/// Doubles with each attempt, up to `longest`.
fn backoff(first: Duration, attempt: u32, longest: Duration) -> Duration {
    first.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(longest)
}
