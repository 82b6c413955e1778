//! Dead letters in their own stream: one message for each consumer and event.

use async_nats::HeaderMap;
use async_nats::jetstream::publish::PublishAck;
use serde::{Deserialize, Serialize};
use ticketing_events::Envelope;
use ticketing_sdk::Timestamp;

use super::JetStreamError;
use super::connection::{Connection, decode_response};
use super::message::replay_headers;
use super::scan::{Stored, get, last_for_subject, scan};
use super::topology::{DEAD_LETTER_STREAM, dead_letter_subject, replay_subject};
use crate::{BusError, DeadLetter};

/// A dead letter as stored in the stream.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredDeadLetter {
    durable: String,
    seq: i64,
    attempts: u32,
    cause: String,
    died_at: Timestamp,
    event: Event,
}

#[derive(Debug, Serialize, Deserialize)]
struct Event {
    id: String,
    name: String,
    aggregate: String,
    version: i64,
    time: Timestamp,
    trace: Option<String>,
    body: String,
}

impl StoredDeadLetter {
    fn of(letter: &DeadLetter) -> Self {
        let Envelope { id, name, aggregate, version, time, trace, body } = letter.envelope.clone();
        let event = Event { id, name: name.to_string(), aggregate, version, time, trace, body };
        let DeadLetter { durable, seq, attempts, cause, died_at, .. } = letter.clone();
        Self { durable, seq, attempts, cause, died_at, event }
    }

    fn read(stored: &Stored) -> Option<DeadLetter> {
        let letter: Self = serde_json::from_slice(&stored.message.payload).ok()?;
        let Event { id, name, aggregate, version, time, trace, body } = letter.event;
        let envelope = Envelope { id, name: name.as_str().into(), aggregate, version, time, trace, body };
        let Self { durable, seq, attempts, cause, died_at, .. } = letter;
        Some(DeadLetter { durable, seq, attempts, cause, died_at, envelope })
    }
}

/// Stores a dead letter. A repeat replaces the first.
///
/// # Errors
/// If it may not be stored.
pub(super) async fn store(connection: &Connection, letter: &DeadLetter) -> Result<(), JetStreamError> {
    let subject = dead_letter_subject(&letter.durable, letter.seq);
    let payload = serde_json::to_vec(&StoredDeadLetter::of(letter)).map_err(|error| {
        JetStreamError::InvalidResponse { subject: subject.clone(), reason: error.to_string() }
    })?;
    let answer = connection.request(&subject, HeaderMap::new(), payload).await?;
    let _: PublishAck = decode_response(&subject, &answer)?;
    let (consumer, event) = (letter.durable.clone(), letter.envelope.name.to_string());
    metrics::counter!("bus_dead_letters_total", "consumer" => consumer, "event" => event).increment(1);
    Ok(())
}

/// Returns all dead letters, oldest first.
///
/// # Errors
/// If they cannot be read.
pub(super) async fn all(connection: &Connection) -> Result<Vec<DeadLetter>, JetStreamError> {
    let mut letters = Vec::new();
    scan(connection, DEAD_LETTER_STREAM, ">", 1, |stored| match StoredDeadLetter::read(&stored) {
        Some(letter) => letters.push(letter),
        None => tracing::error!(subject = stored.subject, "a dead letter cannot be read"),
    })
    .await?;
    Ok(letters)
}

/// Redelivers the event to its consumer, and deletes the dead letter.
///
/// # Errors
/// If there is no such dead letter, or the publish is not confirmed.
pub(super) async fn replay(connection: &Connection, durable: &str, seq: i64) -> Result<(), BusError> {
    let (sequence, letter) = find(connection, durable, seq).await?;
    // A retry has the same identifier.
    let id = format!("replay:{durable}:{seq}:{sequence}");
    redeliver(connection, durable, seq, letter.envelope, &id).await?;
    forget(connection, sequence).await?;
    Ok(())
}

/// Redelivers an event to one consumer.
///
/// # Errors
/// If the publish is not confirmed.
pub(super) async fn redeliver(
    connection: &Connection,
    durable: &str,
    seq: i64,
    envelope: Envelope,
    message_id: &str,
) -> Result<(), JetStreamError> {
    let subject = replay_subject(durable, seq);
    let headers = replay_headers(&envelope, seq, message_id);
    let answer = connection.request(&subject, headers, envelope.body.into_bytes()).await?;
    let _: PublishAck = decode_response(&subject, &answer)?;
    Ok(())
}

/// Deletes a dead letter.
///
/// # Errors
/// If there is no such dead letter, or it may not be deleted.
pub(super) async fn discard(connection: &Connection, durable: &str, seq: i64) -> Result<(), BusError> {
    let (sequence, _) = find(connection, durable, seq).await?;
    Ok(forget(connection, sequence).await?)
}

/// Finds a dead letter, and its sequence in the stream.
async fn find(connection: &Connection, durable: &str, seq: i64) -> Result<(u64, DeadLetter), BusError> {
    let found = last_for_subject(connection, DEAD_LETTER_STREAM, &dead_letter_subject(durable, seq)).await?;
    let letter = found.and_then(|stored| Some((stored.seq, StoredDeadLetter::read(&stored)?)));
    letter.ok_or_else(|| BusError::NoSuchDeadLetter { durable: durable.to_owned(), seq })
}

#[derive(Serialize)]
struct Forget {
    seq: u64,
    no_erase: bool,
}

#[derive(Deserialize)]
struct Forgotten {}

/// Deletes a dead letter. A newer one of the same event may have replaced it.
async fn forget(connection: &Connection, sequence: u64) -> Result<(), JetStreamError> {
    let request = Forget { seq: sequence, no_erase: true };
    let forgotten =
        connection.api::<Forgotten>(&format!("STREAM.MSG.DELETE.{DEAD_LETTER_STREAM}"), &request).await;
    match forgotten {
        Err(JetStreamError::Api { .. }) if get(connection, DEAD_LETTER_STREAM, sequence).await?.is_none() => {
            Ok(())
        }
        forgotten => forgotten.map(drop),
    }
}

#[cfg(test)]
mod tests {
    use ticketing_events::EventName;

    use super::{DeadLetter, Envelope, StoredDeadLetter, Timestamp};

    #[test]
    fn stored_dead_letter_is_plain_json() {
        let letter = DeadLetter {
            durable: "orders-service".to_owned(),
            seq: 7,
            attempts: 10,
            cause: "no\nluck".to_owned(),
            died_at: Timestamp::from_millis(1_700_000_000_000),
            envelope: Envelope {
                id: "e".to_owned(),
                name: EventName::TicketCreated.into(),
                aggregate: "t".to_owned(),
                version: 0,
                time: Timestamp::from_millis(1_600_000_000_000),
                trace: None,
                body: r#"{"id":"t"}"#.to_owned(),
            },
        };
        assert_eq!(
            serde_json::to_string(&StoredDeadLetter::of(&letter)).unwrap(),
            concat!(
                r#"{"durable":"orders-service","seq":7,"attempts":10,"cause":"no\nluck","#,
                r#""diedAt":"2023-11-14T22:13:20.000Z","event":{"id":"e","name":"ticket:created","#,
                r#""aggregate":"t","version":0,"time":"2020-09-13T12:26:40.000Z","trace":null,"#,
                r#""body":"{\"id\":\"t\"}"}}"#
            )
        );
    }
}
