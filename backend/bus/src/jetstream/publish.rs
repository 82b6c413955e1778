//! Publishing: few events alone, many in one atomic batch, and what happens where a batch is refused.

use std::collections::HashSet;

use async_nats::HeaderMap;
use async_nats::jetstream::publish::PublishAck;
use futures_util::future::{join, join_all};
use ticketing_events::Envelope;

use super::JetStreamError;
use super::connection::{Connection, decode_response};
use super::message::{headers, subject};

/// From so many events on, a batch is worth what it costs: the server lays each one aside in a file of its own before it is
/// committed. With every write synced, that took 14 ms here, a lone event 1 ms.
const ATOMIC_FROM: usize = 16;
/// Events in one atomic batch at most. The server takes a thousand; twice as many as 256 went through here by a third
/// faster, a thousand hardly faster still.
const BATCH: usize = 512;
/// Answers that are waited for together. More of them, and a publisher without responses buffers too much.
const IN_FLIGHT: usize = 64;
const BATCH_ID: &str = "Nats-Batch-Id";
const BATCH_SEQUENCE: &str = "Nats-Batch-Sequence";
const BATCH_COMMIT: &str = "Nats-Batch-Commit";

/// Publishes in this order, and answers once the events are stored. Answers how often the server has stored something.
///
/// # Errors
/// When it is not known that all are stored. Stored events keep their sequence in a repeat.
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
        let stage_following = async {
            match following {
                Some(following) => Batch::stage(connection, following).await.map(Some),
                None => Ok(None),
            }
        };
        // A staged batch has no sequence yet: the order is that of the commits.
        let (committed, following) = join(batch.commit(connection), stage_following).await;
        stored += match committed {
            Ok(()) => 1,
            // The server rejected the whole batch, most often because of a duplicate.
            Err(refusal @ JetStreamError::Api { .. }) if !refusal.lacks_a_stream() => {
                tracing::debug!(%refusal, "a batch is published event by event");
                metrics::counter!("bus_batches_refused_total").increment(1);
                publish_in_waves(connection, chunk).await?
            }
            Err(error) => return Err(error),
        };
        staged = following?;
    }
    Ok(stored)
}

/// Events that the server takes all or none, in this order. It has all of them but the last, and waits for that one.
struct Batch<'e> {
    id: String,
    events: &'e [Envelope],
}

impl<'e> Batch<'e> {
    async fn stage(connection: &Connection, events: &'e [Envelope]) -> Result<Self, JetStreamError> {
        // What follows the last dot of an inbox is unique.
        let inbox = connection.client.new_inbox();
        let batch = Self { id: inbox.rsplit('.').next().unwrap_or(&inbox).to_owned(), events };
        connection.ensure_connected()?;
        for (event, number) in events.iter().zip(1..events.len()) {
            let payload = event.body.clone().into_bytes().into();
            let sent =
                connection.client.publish_with_headers(subject(event), batch.headers(event, number), payload);
            sent.await.map_err(|error| JetStreamError::Client(error.to_string()))?;
        }
        Ok(batch)
    }

    async fn commit(&self, connection: &Connection) -> Result<(), JetStreamError> {
        let Some(last) = self.events.last() else { return Ok(()) };
        let mut headers = self.headers(last, self.events.len());
        headers.insert(BATCH_COMMIT, "1");
        let subject = subject(last);
        let answer = connection.request(&subject, headers, last.body.clone().into_bytes()).await?;
        let stored: PublishAck = decode_response(&subject, &answer)?;
        connection.record_sequence(&stored.stream, stored.sequence);
        Ok(())
    }

    fn headers(&self, event: &Envelope, number: usize) -> HeaderMap {
        let mut headers = headers(event);
        headers.insert(BATCH_ID, self.id.as_str());
        headers.insert(BATCH_SEQUENCE, number.to_string());
        headers
    }
}

async fn publish_alone(connection: &Connection, event: &Envelope) -> Result<u64, JetStreamError> {
    let subject = subject(event);
    let answer = connection.request(&subject, headers(event), event.body.clone().into_bytes()).await?;
    let stored: PublishAck = decode_response(&subject, &answer)?;
    connection.record_sequence(&stored.stream, stored.sequence);
    Ok(u64::from(!stored.duplicate))
}

/// One by one, many under way at once, but never two of one aggregate: if the first of them were lost and the second
/// stored, a repeat would put them in the wrong order.
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

/// As many of the first events as can be under way together.
fn wave(events: &[Envelope]) -> &[Envelope] {
    let mut under_way = HashSet::new();
    let repeated = events.iter().position(|event| {
        let kind = event.name.as_str().split(':').next();
        !under_way.insert((kind, event.aggregate.as_str()))
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
