//! The units of work of a consumer, and the outcome of each event.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ticketing_events::Envelope;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::kill_point;
use ticketing_platform::telemetry::TraceContext;
use ticketing_sdk::Timestamp;

use super::deferred::{DeferredEvents, EventOutcome};
use super::{Consumers, HandlerError};
use crate::{AckDecision, ApplyOutcome, Delivery, failures, outbox};

/// The number of unfinished attempts in a batch, after which an event is handled alone: this finds the event that crashes
/// the process.
const ALONE_AFTER: u32 = 2;

/// The error that rolls back the savepoint of an event without effect.
enum ApplyError {
    Deferred(EventOutcome),
    Failed(HandlerError),
}

impl<E: Into<HandlerError>> From<E> for ApplyError {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Consumers {
    /// Applies a batch in one transaction, each event in its own savepoint. Log lines of an event belong to its trace.
    ///
    /// # Errors
    /// If the transaction fails as a whole: then no event is applied.
    pub async fn apply(self: Arc<Self>, deliveries: Arc<[Delivery]>) -> Result<Vec<AckDecision>, DbError> {
        let contexts =
            deliveries.iter().map(|delivery| TraceContext::remote(delivery.envelope.trace.as_deref()));
        let contexts = contexts.collect();
        let mut waiting = DeferredEvents::new(self.durable, self.limits);
        let outcomes = self.apply_in_one_unit(contexts, deliveries.clone()).await?;
        let mut decisions = Vec::with_capacity(outcomes.len());
        for (delivery, outcome) in deliveries.iter().zip(outcomes) {
            decisions.push(waiting.decide(delivery, outcome, None).await);
        }
        Ok(decisions)
    }

    /// Handles a batch. Records the start of events that may have crashed a process, and handles those with several
    /// unfinished attempts alone.
    ///
    /// # Errors
    /// If a unit of several events fails as a whole, or no event can be handled.
    pub(super) async fn handle_batch(
        self: Arc<Self>,
        contexts: Vec<TraceContext>,
        deliveries: Arc<[Delivery]>,
        may_kill: Vec<bool>,
    ) -> Result<Vec<EventOutcome>, DbError> {
        let noted: Vec<usize> = (0..deliveries.len()).filter(|number| may_kill[*number]).collect();
        let alone = self.begin_together(&deliveries, noted).await?;
        let mut outcomes: Vec<EventOutcome> = Vec::with_capacity(deliveries.len());
        // In order: the events between two that are handled alone are handled together.
        while outcomes.len() < deliveries.len() {
            let first = outcomes.len();
            let outage = outcomes.iter().find(|outcome| matches!(outcome, EventOutcome::Outage(_)));
            if let Some(outage) = outage.cloned() {
                // The other events would fail as well.
                outcomes.resize(deliveries.len(), outage);
            } else if alone.contains(&first) {
                let handled = self.clone().handle_with_care(contexts[first].clone(), &deliveries[first]);
                outcomes.push(handled.await?);
            } else {
                let end = (first..deliveries.len()).find(|number| alone.contains(number));
                let together = first..end.unwrap_or(deliveries.len());
                let those = together.clone().map(|number| {
                    // Its failure record is deleted with its effect.
                    let delivery_count =
                        deliveries[number].delivery_count.max(1 + u32::from(may_kill[number]));
                    Delivery { delivery_count, ..deliveries[number].clone() }
                });
                let applied =
                    self.clone().apply_in_one_unit(contexts[together.clone()].to_vec(), those.collect());
                match applied.await {
                    Ok(applied) => outcomes.extend(applied),
                    Err(error) if together.len() == 1 => {
                        outcomes.push(self.record_failure(&deliveries[first], error).await?);
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(outcomes)
    }

    /// Records the start of these deliveries in one unit. Returns those with several unfinished attempts, which are
    /// handled alone and are not recorded here.
    async fn begin_together(
        &self,
        deliveries: &[Delivery],
        numbers: Vec<usize>,
    ) -> Result<Vec<usize>, DbError> {
        if numbers.is_empty() {
            return Ok(numbers);
        }
        let events: Vec<(usize, Arc<Envelope>)> =
            numbers.into_iter().map(|number| (number, deliveries[number].envelope.clone())).collect();
        let begun = self.core.db.write(move |tx| {
            let mut alone = Vec::new();
            for (number, event) in &events {
                if failures::count_unfinished(tx, &event.id)? >= ALONE_AFTER {
                    alone.push(*number);
                } else {
                    failures::begin(tx, event)?;
                }
            }
            Ok(alone)
        });
        begun.await
    }

    /// Handles an event alone, and records its start and its end.
    async fn handle_with_care(
        self: Arc<Self>,
        context: TraceContext,
        delivery: &Delivery,
    ) -> Result<EventOutcome, DbError> {
        let event = delivery.envelope.clone();
        let limit = self.limits.failures;
        let begun = self.core.db.write(move |tx| {
            let unfinished = failures::begin(tx, &event)?;
            if unfinished > limit {
                failures::forget(tx, &event.id)?;
            }
            Ok(unfinished)
        });
        let unfinished: u32 = match begun.await {
            Ok(unfinished) => unfinished,
            Err(error) => return Ok(EventOutcome::Outage(error)),
        };
        if unfinished > limit {
            let failures = unfinished - 1;
            let cause = "the process ended each time while it handled this event".to_owned();
            return Ok(EventOutcome::Failed { failures, is_final: true, cause });
        }
        // It has a failure record, as a redelivery may have.
        let noted = Delivery { delivery_count: delivery.delivery_count.max(2), ..delivery.clone() };
        match self.clone().apply_in_one_unit(vec![context], Arc::from([noted])).await {
            Ok(outcomes) => Ok(outcomes.into_iter().next().unwrap_or(EventOutcome::NotDue)),
            Err(error) => self.record_failure(delivery, error).await,
        }
    }

    /// Maps the failure of a unit with one event to the outcome of that event.
    async fn record_failure(&self, delivery: &Delivery, error: DbError) -> Result<EventOutcome, DbError> {
        if error.is_outage() {
            return Ok(EventOutcome::Outage(error));
        }
        let (event, cause) = (delivery.envelope.clone(), error.to_string());
        let (limit, text) = (self.limits.failures, cause.clone());
        let counted = self.core.db.write(move |tx| count(tx, &event, &text, limit, false));
        match counted.await {
            Ok(failures) => Ok(EventOutcome::Failed { failures, is_final: false, cause }),
            Err(error) => Ok(EventOutcome::Outage(error)),
        }
    }

    async fn apply_in_one_unit(
        self: Arc<Self>,
        contexts: Vec<TraceContext>,
        deliveries: Arc<[Delivery]>,
    ) -> Result<Vec<EventOutcome>, DbError> {
        let db = self.core.db.clone();
        let outcomes = db.write(move |tx| {
            let now = self.core.clock.now();
            tx.notify_on_commit(&self.core.applied);
            let each = deliveries.iter().zip(&contexts).map(|(delivery, context)| {
                let _within = context.enter();
                self.apply_one(tx, delivery, now)
            });
            let outcomes = each.collect();
            kill_point("before-effect");
            Ok(outcomes)
        });
        outcomes.await
    }

    fn apply_one(&self, tx: &mut Tx<'_>, delivery: &Delivery, now: Timestamp) -> EventOutcome {
        // An event without effect rolls back its savepoint. With one writer, the inbox row is written last: a waiting event
        // has then changed nothing. With many writers it is written first: a read of a missing row conflicts with every
        // insert of one (serialization failure).
        let first = tx.dialect().is_shared();
        let event_id = &delivery.envelope.id;
        let outcome = tx.savepoint(|tx| {
            let is_known =
                delivery.envelope.name.to_known().is_some_and(|name| self.handlers.contains_key(&name));
            let is_duplicate = if first && is_known {
                !outbox::mark_processed(tx, delivery, now)?
            } else {
                outbox::is_processed(tx, event_id)?
            };
            if is_duplicate {
                outbox::count_duplicate(tx, event_id)?;
                return Ok(forget(tx, delivery)?);
            }
            match self.handle(tx, &delivery.envelope)? {
                None => Err(ApplyError::Deferred(EventOutcome::Unhandled)),
                Some(ApplyOutcome::OutOfOrder) => Err(ApplyError::Deferred(EventOutcome::OutOfOrder)),
                Some(ApplyOutcome::NotDue) => Err(ApplyError::Deferred(EventOutcome::NotDue)),
                Some(ApplyOutcome::Done | ApplyOutcome::Duplicate) => {
                    if !first {
                        outbox::mark_processed(tx, delivery, now)?;
                    }
                    Ok(forget(tx, delivery)?)
                }
            }
        });
        match outcome {
            Ok(()) => EventOutcome::Applied,
            Err(ApplyError::Deferred(waits)) => match end(tx, delivery) {
                Ok(()) => waits,
                Err(error) => EventOutcome::Outage(error),
            },
            Err(ApplyError::Failed(HandlerError::Db(error))) if error.is_outage() => {
                EventOutcome::Outage(error)
            }
            Err(ApplyError::Failed(error)) => {
                let (is_final, cause) = (matches!(error, HandlerError::Decode(_)), error.to_string());
                let limit = self.limits.failures;
                match tx.savepoint(|tx| count(tx, &delivery.envelope, &cause, limit, is_final)) {
                    Ok(failures) => EventOutcome::Failed { failures, is_final, cause },
                    Err(error) => EventOutcome::Outage(error),
                }
            }
        }
    }

    /// Calls the handler of an event, without a record in the inbox. Returns `None` if there is none.
    ///
    /// # Errors
    /// If the event cannot be decoded, or the handler fails.
    pub fn handle(&self, tx: &mut Tx<'_>, envelope: &Envelope) -> Result<Option<ApplyOutcome>, HandlerError> {
        let handler = envelope.name.to_known().and_then(|name| self.handlers.get(&name));
        let Some(apply) = handler else { return Ok(None) };
        let handled = catch_unwind(AssertUnwindSafe(|| apply(tx, envelope)));
        handled.unwrap_or(Err(HandlerError::Panicked)).map(Some)
    }
}

/// Deletes the failure record of an event. A first delivery has none.
fn forget(tx: &mut Tx<'_>, delivery: &Delivery) -> Result<(), DbError> {
    if delivery.delivery_count > 1 { failures::forget(tx, &delivery.envelope.id) } else { Ok(()) }
}

/// Records the end of the attempt.
fn end(tx: &mut Tx<'_>, delivery: &Delivery) -> Result<(), DbError> {
    if delivery.delivery_count > 1 { failures::end(tx, &delivery.envelope.id) } else { Ok(()) }
}

/// Counts a failure of the event. Deletes the record of a dead-lettered event, so that a replay starts at zero.
fn count(tx: &mut Tx<'_>, event: &Envelope, cause: &str, limit: u32, is_final: bool) -> Result<u32, DbError> {
    let failures = failures::count_failure(tx, event, cause)?;
    if is_final || failures >= limit {
        failures::forget(tx, &event.id)?;
    }
    Ok(failures)
}
