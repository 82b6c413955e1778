//! Dead letters in their own stream: one message for each consumer and event.

use async_nats::HeaderMap;
use serde::de::IgnoredAny;
use serde_json::json;
use ticketing_events::Envelope;

use super::connection::Connection;
use super::message::replay_headers;
use super::scan::{StoredMessage, get, last_for_subject, scan};
use super::topology::{DEAD_LETTER_STREAM, dead_letter_subject, replay_subject};
use super::{JetStream, JetStreamError};
use crate::{BusError, DeadLetter};

fn read(stored: &StoredMessage) -> Option<DeadLetter> {
    serde_json::from_slice(&stored.message.payload).ok()
}

impl JetStream {
    /// Returns all dead letters, oldest first.
    ///
    /// # Errors
    /// If they cannot be read.
    pub(crate) async fn dead_letters(&self) -> Result<Vec<DeadLetter>, BusError> {
        let mut letters = Vec::new();
        scan(&self.connection, DEAD_LETTER_STREAM, ">", 1, |stored| match read(&stored) {
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
    pub(crate) async fn replay(&self, durable: &str, seq: i64) -> Result<(), BusError> {
        let (sequence, letter) = find(&self.connection, durable, seq).await?;
        // A retry has the same identifier.
        let id = format!("replay:{durable}:{seq}:{sequence}");
        redeliver(&self.connection, durable, seq, letter.envelope, &id).await?;
        Ok(delete(&self.connection, sequence).await?)
    }

    /// Deletes a dead letter.
    ///
    /// # Errors
    /// If there is no such dead letter, or it may not be deleted.
    pub(crate) async fn discard(&self, durable: &str, seq: i64) -> Result<(), BusError> {
        let (sequence, _) = find(&self.connection, durable, seq).await?;
        Ok(delete(&self.connection, sequence).await?)
    }
}

/// Stores the dead letter of an event. A repeat replaces the first.
///
/// # Errors
/// If it may not be stored.
pub(super) async fn store(
    connection: &Connection,
    durable: &str,
    seq: i64,
    attempts: u32,
    cause: String,
    envelope: Envelope,
) -> Result<(), JetStreamError> {
    let subject = dead_letter_subject(durable, seq);
    let (durable, dead_lettered_at) = (durable.to_owned(), connection.options.clock.now());
    let letter = DeadLetter { durable, seq, attempts, cause, dead_lettered_at, envelope };
    let payload = serde_json::to_vec(&letter).map_err(JetStreamError::client)?;
    connection.publish(&subject, HeaderMap::new(), payload).await?;
    let (consumer, event) = (letter.durable, letter.envelope.name.to_string());
    metrics::counter!("bus_dead_letters_total", "consumer" => consumer, "event" => event).increment(1);
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
    connection.publish(&subject, headers, envelope.body).await.map(drop)
}

/// Finds a dead letter, and its sequence in the stream.
async fn find(connection: &Connection, durable: &str, seq: i64) -> Result<(u64, DeadLetter), BusError> {
    let found = last_for_subject(connection, DEAD_LETTER_STREAM, &dead_letter_subject(durable, seq)).await?;
    let letter = found.and_then(|stored| Some((stored.seq, read(&stored)?)));
    letter.ok_or_else(|| BusError::NoSuchDeadLetter { durable: durable.to_owned(), seq })
}

/// Deletes a dead letter. A newer one of the same event may have replaced it.
async fn delete(connection: &Connection, sequence: u64) -> Result<(), JetStreamError> {
    let request = json!({ "seq": sequence, "no_erase": true });
    let deleted =
        connection.api::<IgnoredAny>(&format!("STREAM.MSG.DELETE.{DEAD_LETTER_STREAM}"), &request).await;
    match deleted {
        Err(JetStreamError::Api { .. }) if get(connection, DEAD_LETTER_STREAM, sequence).await?.is_none() => {
            Ok(())
        }
        deleted => deleted.map(drop),
    }
}

#[cfg(test)]
mod tests {
    use ticketing_events::EventName;
    use ticketing_sdk::Timestamp;

    use super::{DeadLetter, Envelope};

    #[test]
    fn stored_dead_letter_is_plain_json() {
        let letter = DeadLetter {
            durable: "orders-service".to_owned(),
            seq: 7,
            attempts: 10,
            cause: "no\nluck".to_owned(),
            dead_lettered_at: Timestamp::from_millis(1_700_000_000_000),
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
            serde_json::to_string(&letter).unwrap(),
            concat!(
                r#"{"durable":"orders-service","seq":7,"attempts":10,"cause":"no\nluck","#,
                r#""diedAt":"2023-11-14T22:13:20.000Z","event":{"id":"e","name":"ticket:created","#,
                r#""aggregate":"t","version":0,"time":"2020-09-13T12:26:40.000Z","trace":null,"#,
                r#""body":"{\"id\":\"t\"}"}}"#
            )
        );
    }
}
