//! The JetStream transport: a stream of a NATS server, durable pull consumers that replicas share, dead letters in a
//! stream of their own.

mod consumer;
mod error;
mod gauges;
mod letters;
mod link;
mod message;
mod options;
mod publish;
mod pull;
mod roll;
mod scan;
mod subscription;
mod topology;
mod undertaker;
mod users;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use async_nats::jetstream::consumer::Info as ConsumerInfo;
use serde::{Deserialize, Serialize};
use ticketing_events::Envelope;

use crate::{BusError, DeadLetter};
pub use error::JetStreamError;
pub(crate) use link::Link;
pub use options::{Credentials, JetStreamOptions};
pub(crate) use roll::Roll;
pub(crate) use subscription::Subscription;
pub use users::{NatsPassword, NatsUser, authorization};

/// The subjects of every event, replays aside.
const EVERY_EVENT: &str = "ticketing.>";

#[derive(Debug)]
pub(crate) struct JetStream {
    pub(crate) link: Link,
    stored: AtomicU64,
    /// The consumers of this process.
    pub(crate) roll: Roll,
}

#[derive(Serialize)]
struct Page {
    offset: usize,
}

#[derive(Deserialize)]
struct Consumers {
    total: usize,
    #[serde(default)]
    consumers: Option<Vec<ConsumerInfo>>,
}

#[derive(Deserialize)]
struct Deleted {}

impl JetStream {
    /// Connects, and makes or checks the streams.
    pub(crate) async fn open(options: JetStreamOptions) -> Result<Self, JetStreamError> {
        let link = Link::connect(options).await?;
        topology::ensure_streams(&link).await?;
        Ok(Self { link, stored: AtomicU64::new(0), roll: Roll::default() })
    }

    /// Connects to streams that are there, and makes none.
    pub(crate) async fn attach(options: JetStreamOptions) -> Result<Self, JetStreamError> {
        let link = Link::connect(options).await?;
        topology::info(&link, topology::STREAM).await?;
        Ok(Self { link, stored: AtomicU64::new(0), roll: Roll::default() })
    }

    pub(crate) async fn publish(&self, batch: &[Envelope]) -> Result<(), BusError> {
        let published = publish::publish(&self.link, batch).await;
        if let Err(error) = &published
            && error.lacks_a_stream()
        {
            topology::ensure_streams(&self.link).await?;
        }
        self.stored.fetch_add(published?, Ordering::Relaxed);
        Ok(())
    }

    pub(crate) async fn dead_letters(&self) -> Result<Vec<DeadLetter>, BusError> {
        Ok(letters::all(&self.link).await?)
    }

    pub(crate) async fn replay(&self, durable: &str, seq: i64) -> Result<(), BusError> {
        letters::replay(&self.link, durable, seq).await
    }

    pub(crate) async fn discard(&self, durable: &str, seq: i64) -> Result<(), BusError> {
        letters::discard(&self.link, durable, seq).await
    }

    /// Throws the events away and begins anew; the letters stay.
    pub(crate) async fn start_over(&self) -> Result<(), BusError> {
        // The places go on after those of the old one.
        match topology::info(&self.link, topology::STREAM).await {
            Err(error) if !error.lacks_a_stream() => return Err(error.into()),
            _ => {}
        }
        let deleted = self.link.look_up::<Deleted>(&format!("STREAM.DELETE.{}", topology::STREAM)).await;
        match deleted {
            Err(error) if !error.lacks_a_stream() => return Err(error.into()),
            _ => tracing::warn!("the stream of the events begins anew"),
        }
        Ok(topology::ensure_streams(&self.link).await?)
    }

    /// What the slowest consumer has not been sent, or has not answered.
    pub(crate) async fn backlog(&self) -> Result<u64, BusError> {
        let (mut slowest, mut offset) = (0, 0);
        let mut expected = self.roll.names();
        loop {
            let list = format!("CONSUMER.LIST.{}", topology::STREAM);
            let page: Consumers = self.link.api(&list, &Page { offset }).await?;
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
            // Who comes for the first time has everything before it.
            let state = topology::info(&self.link, topology::STREAM).await?.state;
            slowest = slowest.max(state.messages);
        }
        Ok(slowest)
    }

    pub(crate) async fn recent(&self, limit: u32) -> Result<Vec<Envelope>, BusError> {
        let state = topology::info(&self.link, topology::STREAM).await?.state;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        // Replays lie between the events: where too few are found, more is looked at.
        let mut span = limit as u64;
        loop {
            let first = state.last_sequence.saturating_add(1).saturating_sub(span).max(state.first_sequence);
            let mut events = Vec::new();
            scan::scan(&self.link, topology::STREAM, EVERY_EVENT, first, |stored| {
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

    /// Where an event lies more than once, because it was repeated after the server had forgotten its identifier, its
    /// first place counts.
    pub(crate) async fn places(&self) -> Result<HashMap<String, i64>, BusError> {
        let mut places = HashMap::new();
        scan::scan(&self.link, topology::STREAM, EVERY_EVENT, 1, |stored| {
            if let Some(event) = stored.envelope() {
                places.entry(event.id).or_insert_with(|| stored.place());
            }
        })
        .await?;
        Ok(places)
    }

    pub(crate) fn commits(&self) -> u64 {
        self.stored.load(Ordering::Relaxed)
    }
}
