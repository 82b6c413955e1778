//! Publishes few events one by one, and many in atomic batches. A refused batch is published one by one.

use std::collections::HashSet;

use async_nats::HeaderMap;
use futures_util::future::{OptionFuture, join, join_all};
use ticketing_events::Envelope;

use super::JetStreamError;
use super::connection::Connection;
use super::message::{headers, subject};

/// The minimum size of an atomic batch. The server stages each batch in a file before its commit: with synced writes, 14 ms
/// were measured for a batch and 1 ms for a single event.
const ATOMIC_FROM: usize = 16;
/// The maximum size of an atomic batch. The server accepts 1000. Batches of 512 were a third faster than batches of 256,
/// and hardly slower than batches of 1000.
const BATCH: usize = 512;
/// The maximum number of unconfirmed publishes, which bounds the buffer of the client.
const IN_FLIGHT: usize = 64;
const BATCH_ID: &str = "Nats-Batch-Id";
const BATCH_SEQUENCE: &str = "Nats-Batch-Sequence";
const BATCH_COMMIT: &str = "Nats-Batch-Commit";

/// Publishes events in this order, and returns when they are stored. Returns the number of stored publishes.
///
/// # Errors
/// If not all events are known to be stored. Stored events keep their sequence in a retry.
pub(super) async fn publish(connection: &Connection, events: &[Envelope]) -> Result<u64, JetStreamError> {
    let (mut stored, mut staged) = (0, None);
    let mut chunks = events.chunks(BATCH).peekable();
    while let Some(chunk) = chunks.next() {
        if chunk.len() < ATOMIC_FROM {
            stored += publish_in_waves(connection, chunk).await?;
            continue;
        }
        let batch = match staged.take() {
            Some(batch) => batch,
            None => Batch::stage(connection, chunk).await?,
        };
        let following = chunks.peek().filter(|following| following.len() >= ATOMIC_FROM);
        let stage_following = OptionFuture::from(following.map(|events| Batch::stage(connection, events)));
        // A staged batch has no sequence yet: the order is that of the commits.
        let (committed, following) = join(batch.commit(connection), stage_following).await;
        stored += match committed {
            Ok(()) => 1,
            // The server rejected the whole batch, most often because of a duplicate.
            Err(refusal @ JetStreamError::Api { .. }) if !refusal.is_stream_missing() => {
                tracing::debug!(%refusal, "a batch is published event by event");
                metrics::counter!("bus_batches_refused_total").increment(1);
                publish_in_waves(connection, chunk).await?
            }
            Err(error) => return Err(error),
        };
        staged = following.transpose()?;
    }
    Ok(stored)
}

/// A staged atomic batch: the server has all events but the last one, which commits the batch.
struct Batch<'e> {
    id: String,
    events: &'e [Envelope],
}

impl<'e> Batch<'e> {
    async fn stage(connection: &Connection, events: &'e [Envelope]) -> Result<Self, JetStreamError> {
        // The part after the last dot of an inbox is unique.
        let inbox = connection.client.new_inbox();
        let batch = Self { id: inbox.rsplit('.').next().unwrap_or(&inbox).to_owned(), events };
        connection.ensure_connected()?;
        for (event, number) in events.iter().zip(1..events.len()) {
            let payload = event.body.clone().into_bytes().into();
            let sent =
                connection.client.publish_with_headers(subject(event), batch.headers(event, number), payload);
            sent.await.map_err(JetStreamError::client)?;
        }
        Ok(batch)
    }

    async fn commit(&self, connection: &Connection) -> Result<(), JetStreamError> {
        let Some(last) = self.events.last() else { return Ok(()) };
        let mut headers = self.headers(last, self.events.len());
        headers.insert(BATCH_COMMIT, "1");
        connection.publish(&subject(last), headers, last.body.clone()).await.map(drop)
    }

    fn headers(&self, event: &Envelope, number: usize) -> HeaderMap {
        let mut headers = headers(event);
        headers.insert(BATCH_ID, self.id.as_str());
        headers.insert(BATCH_SEQUENCE, number.to_string());
        headers
    }
}

async fn publish_alone(connection: &Connection, event: &Envelope) -> Result<u64, JetStreamError> {
    let stored = connection.publish(&subject(event), headers(event), event.body.clone()).await?;
    Ok(u64::from(!stored.duplicate))
}

/// Publishes events one by one, many concurrently, but never two of one aggregate: if the first were lost and the
/// second stored, a retry would store them in the wrong order.
async fn publish_in_waves(connection: &Connection, events: &[Envelope]) -> Result<u64, JetStreamError> {
    let (mut stored, mut rest) = (0, events);
    while !rest.is_empty() {
        let wave = wave(rest);
        for answer in join_all(wave.iter().map(|event| publish_alone(connection, event))).await {
            stored += answer?;
        }
        rest = &rest[wave.len()..];
    }
    Ok(stored)
}

/// Returns the first events that can be published concurrently.
fn wave(events: &[Envelope]) -> &[Envelope] {
    let mut in_flight = HashSet::new();
    let repeated = events.iter().position(|event| {
        let kind = event.name.as_str().split(':').next();
        !in_flight.insert((kind, event.aggregate.as_str()))
    });
    &events[..repeated.unwrap_or(events.len()).min(IN_FLIGHT)]
}

#[cfg(test)]
mod tests {
    use ticketing_events::EventName;
    use ticketing_sdk::Timestamp;

    use super::{Envelope, IN_FLIGHT, wave};

    fn event(name: EventName, aggregate: &str) -> Envelope {
        Envelope {
            id: String::new(),
            name: name.into(),
            aggregate: aggregate.to_owned(),
            version: 0,
            time: Timestamp::from_millis(0),
            trace: None,
            body: String::new(),
        }
    }

    #[test]
    fn wave_holds_one_event_of_an_aggregate() {
        let events = [
            event(EventName::TicketCreated, "a"),
            event(EventName::OrderCreated, "a"),
            event(EventName::TicketCreated, "b"),
            event(EventName::TicketUpdated, "a"),
        ];
        assert_eq!(wave(&events).len(), 3);
        assert_eq!(wave(&events[3..]).len(), 1);
    }

    #[test]
    fn wave_is_bounded() {
        let events: Vec<Envelope> =
            (0..200).map(|number| event(EventName::TicketCreated, &number.to_string())).collect();
        assert_eq!(wave(&events).len(), IN_FLIGHT);
    }
}
