//! The bus itself, whatever carries it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use ticketing_events::{Envelope, EventName};
use ticketing_platform::db::OpenError;

use crate::embedded::{self, EmbeddedOptions};
use crate::{BusError, DeadLetter, Delivery, Verdict};

/// The bus. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Bus {
    transport: Arc<embedded::Log>,
}

impl Bus {
    /// Opens the embedded transport: a durable log in the SQLite file at `path`.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn embedded(path: &Path, options: EmbeddedOptions) -> Result<Self, OpenError> {
        Ok(Self { transport: Arc::new(embedded::Log::open(path, options)?) })
    }

    /// Publishes events in this order, and answers once they are durable. An event that was published before
    /// (by its identifier) is not published again.
    ///
    /// # Errors
    /// When the events are not known to be durable. Repeat with the same identifiers.
    pub async fn publish(&self, batch: Vec<Envelope>) -> Result<(), BusError> {
        self.transport.publish(batch).await
    }

    /// The durable subscription named `durable` to these events. It goes on where it stopped; a new one begins with
    /// the oldest event in the log.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn subscribe(
        &self,
        durable: &'static str,
        names: Vec<EventName>,
    ) -> Result<Subscription, BusError> {
        let inner = embedded::Subscription::open(self.transport.clone(), durable, names).await?;
        Ok(Subscription { inner })
    }

    /// The events that no consumer of theirs could handle, oldest first.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetter>, BusError> {
        self.transport.dead_letters().await
    }

    /// Delivers a dead letter again, to the consumer that could not handle it.
    ///
    /// # Errors
    /// When there is no such letter, or the log cannot be written.
    pub async fn replay(&self, durable: &str, seq: i64) -> Result<(), BusError> {
        self.transport.replay(durable, seq).await
    }

    /// Events that wait for a consumer: how many in the log lie beyond the slowest one, and how many are to be
    /// delivered again.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn backlog(&self) -> Result<u64, BusError> {
        self.transport.backlog().await
    }

    /// The newest `limit` events in the log, oldest of them first.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn recent(&self, limit: u32) -> Result<Vec<Envelope>, BusError> {
        self.transport.recent(limit).await
    }

    /// The place in the log of every event that is in it, by the event's identifier.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn places(&self) -> Result<HashMap<String, i64>, BusError> {
        self.transport.places().await
    }

    /// How many commits the log has made.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.transport.commits()
    }
}

/// One consumer's place in the log.
#[derive(Debug)]
pub struct Subscription {
    inner: embedded::Subscription,
}

impl Subscription {
    /// The next deliveries, at least one: waits until there is something. What was delivered must be settled before
    /// the next call.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn next(&mut self, limit: usize) -> Result<Vec<Delivery>, BusError> {
        self.inner.next(limit).await
    }

    /// Says what became of each delivery of the last [`next`](Self::next).
    ///
    /// # Errors
    /// When the log cannot be written: then the deliveries will come again.
    pub async fn settle(&mut self, verdicts: Vec<(Delivery, Verdict)>) -> Result<(), BusError> {
        self.inner.settle(verdicts).await
    }
}
