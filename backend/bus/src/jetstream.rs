//! The JetStream transport: a stream of a NATS server, durable pull consumers that replicas share, and a stream of dead
//! letters.

mod advisories;
mod connection;
mod consumer;
mod dead_letters;
mod gauges;
mod message;
mod options;
mod publish;
mod pull;
mod readiness;
mod scan;
mod subscription;
mod topology;
mod users;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use async_nats::jetstream::consumer::Info as ConsumerInfo;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use ticketing_events::Envelope;

use crate::{BusError, JetStreamError};
pub(crate) use connection::Connection;
pub use options::{Credentials, JetStreamOptions};
pub(crate) use readiness::ConsumerReadiness;
pub(crate) use subscription::Subscription;
pub use users::{NatsPassword, NatsUser, render_nats_authorization};

/// The subjects of all events, without replays.
const EVERY_EVENT: &str = "ticketing.>";

#[derive(Debug)]
pub(crate) struct JetStream {
    pub(crate) connection: Connection,
    stored: AtomicU64,
    /// The consumers of this process.
    pub(crate) readiness: ConsumerReadiness,
}

#[derive(Deserialize)]
struct ConsumerListResponse {
    total: usize,
    #[serde(default)]
    consumers: Option<Vec<ConsumerInfo>>,
}

impl JetStream {
    /// Connects, and creates or checks the streams.
    pub(crate) async fn open(options: JetStreamOptions) -> Result<Self, JetStreamError> {
        let connection = Connection::connect(options).await?;
        topology::ensure_streams(&connection).await?;
        Ok(Self { connection, stored: AtomicU64::default(), readiness: ConsumerReadiness::default() })
    }

    /// Connects to existing streams.
    pub(crate) async fn attach(options: JetStreamOptions) -> Result<Self, JetStreamError> {
        let connection = Connection::connect(options).await?;
        topology::info(&connection, message::EVENT_STREAM).await?;
        Ok(Self { connection, stored: AtomicU64::default(), readiness: ConsumerReadiness::default() })
    }

    pub(crate) async fn publish(&self, batch: Vec<Envelope>) -> Result<(), BusError> {
        let published = publish::publish(&self.connection, &batch).await;
        if let Err(error) = &published
            && error.is_stream_missing()
        {
            topology::ensure_streams(&self.connection).await?;
        }
        self.stored.fetch_add(published?, Ordering::Relaxed);
        Ok(())
    }

    /// Deletes and recreates the event stream; the dead letters stay.
    pub(crate) async fn recreate_stream(&self) -> Result<(), BusError> {
        // The sequences continue after those of the old stream.
        match topology::info(&self.connection, message::EVENT_STREAM).await {
            Err(error) if !error.is_stream_missing() => return Err(error.into()),
            _ => {}
        }
        let delete = format!("STREAM.DELETE.{}", message::EVENT_STREAM);
        let deleted = self.connection.api::<IgnoredAny>(&delete, &json!({})).await;
        match deleted {
            Err(error) if !error.is_stream_missing() => return Err(error.into()),
            _ => tracing::warn!("the event stream is recreated"),
        }
        Ok(topology::ensure_streams(&self.connection).await?)
    }

    /// Returns the number of undelivered and unacknowledged events of the slowest consumer.
    pub(crate) async fn backlog(&self) -> Result<u64, BusError> {
        let (mut slowest, mut offset) = (0, 0);
        let mut expected = self.readiness.names();
        loop {
            let list = format!("CONSUMER.LIST.{}", message::EVENT_STREAM);
            let page: ConsumerListResponse = self.connection.api(&list, &json!({ "offset": offset })).await?;
            let consumers = page.consumers.unwrap_or_default();
            offset += consumers.len();
            let waiting = consumers.iter().map(|found| found.num_pending + found.num_ack_pending as u64);
            slowest = slowest.max(waiting.max().unwrap_or(0));
            expected.retain(|durable| consumers.iter().all(|found| found.name != *durable));
            if consumers.is_empty() || offset >= page.total {
                break;
            }
        }
        if !expected.is_empty() {
            // A new consumer receives the whole stream.
            let state = topology::info(&self.connection, message::EVENT_STREAM).await?.state;
            slowest = slowest.max(state.messages);
        }
        Ok(slowest)
    }

    pub(crate) async fn recent(&self, limit: u32) -> Result<Vec<Envelope>, BusError> {
        let state = topology::info(&self.connection, message::EVENT_STREAM).await?.state;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        // Replays are between the events, so the range may have to be extended.
        let mut span = limit as u64;
        loop {
            let first = state.last_sequence.saturating_add(1).saturating_sub(span).max(state.first_sequence);
            let mut events = Vec::new();
            scan::scan(&self.connection, message::EVENT_STREAM, EVERY_EVENT, first, |stored| {
                events.extend(stored.envelope());
            })
            .await?;
            if events.len() >= limit || first <= state.first_sequence {
                events.drain(..events.len().saturating_sub(limit));
                return Ok(events);
            }
            span = span.saturating_mul(4);
        }
    }

    /// Returns the first sequence of each event. A duplicate after the duplicate window is in the stream twice.
    pub(crate) async fn sequences(&self) -> Result<HashMap<String, i64>, BusError> {
        let mut places = HashMap::new();
        scan::scan(&self.connection, message::EVENT_STREAM, EVERY_EVENT, 1, |stored| {
            if let Some(event) = stored.envelope() {
                places.entry(event.id).or_insert_with(|| stored.event_sequence());
            }
        })
        .await?;
        Ok(places)
    }

    pub(crate) fn commits(&self) -> u64 {
        self.stored.load(Ordering::Relaxed)
    }
}
