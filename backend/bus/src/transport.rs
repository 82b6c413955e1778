//! The bus on either transport.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use ticketing_events::{Envelope, EventName};
use ticketing_platform::db::{Db, DbError, OpenError};
use ticketing_platform::signal::{Listener, Signal};

use crate::embedded::{self, EmbeddedOptions};
use crate::jetstream::{self, JetStreamOptions};
use crate::{AckDecision, BusError, DeadLetter, Delivery, JetStreamError};

/// The bus. Clones share it.
#[derive(Clone, Debug)]
pub struct Bus {
    transport: Transport,
}

/// The transport.
#[derive(Clone, Debug)]
enum Transport {
    Embedded(Arc<embedded::Log>),
    JetStream(Arc<jetstream::JetStream>),
}

/// Evaluates an expression for either of the variants.
macro_rules! either {
    ($kind:ident, $either:expr, $inner:ident => $expression:expr) => {
        match $either {
            $kind::Embedded($inner) => $expression,
            $kind::JetStream($inner) => $expression,
        }
    };
}

impl Bus {
    /// Opens the embedded transport: a durable log in the SQLite file at `path`.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn open_embedded(path: &Path, options: EmbeddedOptions) -> Result<Self, OpenError> {
        let log = embedded::Log::open(path, options)?;
        Ok(Self { transport: Transport::Embedded(Arc::new(log)) })
    }

    /// Opens the embedded transport in a read-only database: nothing can be published or consumed.
    pub fn open_embedded_read_only(db: Db) -> Self {
        Self { transport: Transport::Embedded(Arc::new(embedded::Log::read_only(db))) }
    }

    /// Connects to a JetStream transport with existing streams, and changes none of them.
    ///
    /// # Errors
    /// If there is no connection, or no stream.
    pub async fn jetstream_read_only(options: JetStreamOptions) -> Result<Self, JetStreamError> {
        let jetstream = jetstream::JetStream::attach(options).await?;
        Ok(Self { transport: Transport::JetStream(Arc::new(jetstream)) })
    }

    /// Connects to the JetStream transport: a stream of a NATS server. A lost connection is restored.
    ///
    /// # Errors
    /// If there is no connection, the server is too old or refuses, or a stream has another configuration.
    pub async fn jetstream(options: JetStreamOptions) -> Result<Self, JetStreamError> {
        let jetstream = jetstream::JetStream::open(options).await?;
        Ok(Self { transport: Transport::JetStream(Arc::new(jetstream)) })
    }

    /// Returns the name of the messaging system in spans.
    pub(crate) fn system(&self) -> &'static str {
        match &self.transport {
            Transport::Embedded(_) => "embedded",
            Transport::JetStream(_) => "nats",
        }
    }

    /// Publishes events in this order, and returns when they are durable. A duplicate, by its identifier, is not
    /// published again.
    ///
    /// # Errors
    /// If the events may not be durable. Retry with the same identifiers.
    pub async fn publish(&self, batch: Vec<Envelope>) -> Result<(), BusError> {
        either!(Transport, &self.transport, log => log.publish(batch).await)
    }

    /// Opens the durable subscription `durable` to these events. It continues at its position; a new one starts with
    /// the oldest event in the log.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub async fn subscribe(
        &self,
        durable: &'static str,
        names: Vec<EventName>,
    ) -> Result<Subscription, BusError> {
        let kind = match &self.transport {
            Transport::Embedded(log) => {
                SubscriptionKind::Embedded(embedded::Subscription::open(log.clone(), durable, names).await?)
            }
            Transport::JetStream(stream) => {
                let opened = jetstream::Subscription::open(&stream.connection, durable, &names).await;
                let opened = opened.map_err(|error| stream.readiness.mark_failed(durable, error))?;
                stream.readiness.mark_ready(durable);
                SubscriptionKind::JetStream(Box::new(opened))
            }
        };
        Ok(Subscription { kind })
    }

    /// Returns the dead letters, oldest first.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetter>, BusError> {
        either!(Transport, &self.transport, log => log.dead_letters().await)
    }

    /// Redelivers a dead letter to its consumer.
    ///
    /// # Errors
    /// If there is no such dead letter, or the log cannot be written.
    pub async fn replay(&self, durable: &str, seq: i64) -> Result<(), BusError> {
        either!(Transport, &self.transport, log => log.replay(durable, seq).await)
    }

    /// Discards a dead letter: its event is never handled.
    ///
    /// # Errors
    /// If there is no such dead letter, or the log cannot be written.
    pub async fn discard(&self, durable: &str, seq: i64) -> Result<(), BusError> {
        either!(Transport, &self.transport, log => log.discard(durable, seq).await)
    }

    /// Returns the number of events behind which the slowest consumer is, with pending redeliveries.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub async fn backlog(&self) -> Result<u64, BusError> {
        either!(Transport, &self.transport, log => log.backlog().await)
    }

    /// Returns the newest `limit` events in the log, oldest first.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub async fn recent(&self, limit: u32) -> Result<Vec<Envelope>, BusError> {
        either!(Transport, &self.transport, log => log.recent(limit).await)
    }

    /// Returns the sequence of every event in the log, by its identifier.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub async fn sequences(&self) -> Result<HashMap<String, i64>, BusError> {
        either!(Transport, &self.transport, log => log.sequences().await)
    }

    /// Registers a consumer that this process is about to start, so that its pending events count in the backlog before
    /// it subscribes.
    pub(crate) fn register_consumer(&self, durable: &'static str) {
        if let Transport::JetStream(stream) = &self.transport {
            stream.readiness.register(durable);
        }
    }

    /// Returns when every started consumer of this process has subscribed, so that later events are delivered without
    /// delay.
    ///
    /// # Errors
    /// If the server refuses a consumer, or one has not subscribed in time.
    pub async fn ready(&self) -> Result<(), JetStreamError> {
        let Transport::JetStream(stream) = &self.transport else { return Ok(()) };
        let within = stream.connection.options.request_timeout.saturating_mul(4);
        let late = |_| JetStreamError::Timeout("the consumers".to_owned());
        tokio::time::timeout(within, stream.readiness.wait_until_ready()).await.map_err(late)?
    }

    /// Deletes and recreates the event stream of a NATS server, before the outboxes are republished. This repairs a
    /// stream with lost or unordered events. Dead letters stay. The embedded log is not changed.
    ///
    /// # Errors
    /// If the stream cannot be deleted or created.
    pub(crate) async fn recreate_stream(&self) -> Result<(), BusError> {
        match &self.transport {
            Transport::Embedded(_) => Ok(()),
            Transport::JetStream(stream) => stream.recreate_stream().await,
        }
    }

    /// Returns a listener for reconnects, so that a caller that backs off after a failure can retry at once. The embedded
    /// transport never reconnects.
    pub(crate) fn reconnects(&self) -> Listener {
        match &self.transport {
            Transport::Embedded(_) => Signal::default().listen(),
            Transport::JetStream(stream) => stream.connection.connected.listen(),
        }
    }

    /// Checks that the embedded log can be written: without it no event reaches a consumer of this process. A NATS
    /// server may be unreachable: the events wait in the outboxes.
    ///
    /// # Errors
    /// If the log cannot be written.
    pub async fn check_writable(&self) -> Result<(), DbError> {
        match &self.transport {
            Transport::Embedded(log) => log.check_writable().await,
            Transport::JetStream(_) => Ok(()),
        }
    }

    /// Returns the number of commits of the log, or of stored publishes of the stream.
    pub fn commits(&self) -> u64 {
        either!(Transport, &self.transport, log => log.commits())
    }
}

/// The durable subscription of one consumer.
#[derive(Debug)]
pub struct Subscription {
    kind: SubscriptionKind,
}

#[derive(Debug)]
enum SubscriptionKind {
    Embedded(embedded::Subscription),
    JetStream(Box<jetstream::Subscription>),
}

impl Subscription {
    /// Waits for the next deliveries, at least one. They must be settled before the next call.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub async fn next(&mut self, limit: usize) -> Result<Vec<Delivery>, BusError> {
        either!(SubscriptionKind, &mut self.kind, subscription => subscription.next(limit).await)
    }

    /// Returns whether a delivery may have been handled before: by a crashed process, or by one whose ack was lost.
    pub(crate) fn may_be_redelivery(&self, delivery: &Delivery) -> bool {
        match &self.kind {
            SubscriptionKind::Embedded(subscription) => subscription.may_be_redelivery(delivery),
            SubscriptionKind::JetStream(_) => delivery.delivery_count > 1,
        }
    }

    /// Returns whether everything before a delivery in the log is settled for this consumer, by all its replicas.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub(crate) async fn is_oldest_unsettled(&self, delivery: &Delivery) -> Result<bool, BusError> {
        Ok(
            either!(SubscriptionKind, &self.kind, subscription => subscription.is_oldest_unsettled(delivery).await?),
        )
    }

    /// Waits for `work` and extends the ack deadline of the deliveries, so that no other replica receives them.
    pub(crate) async fn keep_alive_while<T>(&mut self, work: impl Future<Output = T>) -> T {
        match &mut self.kind {
            SubscriptionKind::Embedded(_) => work.await,
            SubscriptionKind::JetStream(subscription) => subscription.keep_alive_while(work).await,
        }
    }

    /// Naks the unsettled deliveries, and requests nothing until the next call of [`next`](Self::next). The embedded
    /// transport has no other replica, so nothing is released.
    ///
    /// # Errors
    /// If the transport fails.
    pub(crate) async fn release_unsettled(&mut self) -> Result<(), BusError> {
        match &mut self.kind {
            SubscriptionKind::Embedded(_) => Ok(()),
            SubscriptionKind::JetStream(subscription) => Ok(subscription.release_unsettled().await?),
        }
    }

    /// Settles each delivery of the last [`next`](Self::next).
    ///
    /// # Errors
    /// If the log cannot be written: then the deliveries are redelivered.
    pub async fn acknowledge(&mut self, decisions: Vec<(Delivery, AckDecision)>) -> Result<(), BusError> {
        either!(SubscriptionKind, &mut self.kind, subscription => subscription.acknowledge(decisions).await)
    }
}
