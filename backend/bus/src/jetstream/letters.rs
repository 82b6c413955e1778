//! Dead letters: kept in a stream of their own, one message for each consumer and event, until they are replayed.

use async_nats::HeaderMap;
use async_nats::jetstream::publish::PublishAck;
use serde::{Deserialize, Serialize};
use ticketing_events::Envelope;
use ticketing_sdk::Timestamp;

use super::JetStreamError;
use super::link::{Link, read_answer};
use super::message::replay_headers;
use super::scan::{Stored, at, newest, scan};
use super::topology::{LETTERS, letter_subject, replay_subject};
use crate::{BusError, DeadLetter};

/// A letter as it lies in the stream.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Letter {
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

impl Letter {
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

/// Keeps a letter. The same one again takes the place of the first.
///
/// # Errors
/// When it is not known to be kept.
pub(super) async fn bury(link: &Link, letter: &DeadLetter) -> Result<(), JetStreamError> {
    let subject = letter_subject(&letter.durable, letter.seq);
    let payload = serde_json::to_vec(&Letter::of(letter)).map_err(|error| JetStreamError::Unreadable {
        subject: subject.clone(),
        reason: error.to_string(),
    })?;
    let answer = link.ask(&subject, HeaderMap::new(), payload).await?;
    let _: PublishAck = read_answer(&subject, &answer)?;
    let (consumer, event) = (letter.durable.clone(), letter.envelope.name.to_string());
    metrics::counter!("bus_dead_letters_total", "consumer" => consumer, "event" => event).increment(1);
    Ok(())
}

/// Every letter, in the order in which they died.
///
/// # Errors
/// When they cannot be read.
pub(super) async fn all(link: &Link) -> Result<Vec<DeadLetter>, JetStreamError> {
    let mut letters = Vec::new();
    scan(link, LETTERS, ">", 1, |stored| match Letter::read(&stored) {
        Some(letter) => letters.push(letter),
        None => tracing::error!(subject = stored.subject, "a dead letter cannot be read"),
    })
    .await?;
    Ok(letters)
}

/// Puts the event on the way to its consumer again, and forgets the letter.
///
/// # Errors
/// When there is no such letter, or it is not known to be on its way.
pub(super) async fn replay(link: &Link, durable: &str, seq: i64) -> Result<(), BusError> {
    let (place, letter) = find(link, durable, seq).await?;
    // A replay that was not answered is repeated under the same identifier.
    let id = format!("replay:{durable}:{seq}:{place}");
    deliver_again(link, durable, seq, letter.envelope, &id).await?;
    forget(link, place).await?;
    Ok(())
}

/// Puts an event on the way to one consumer once more.
///
/// # Errors
/// When it is not known to be on its way.
pub(super) async fn deliver_again(
    link: &Link,
    durable: &str,
    seq: i64,
    envelope: Envelope,
    message_id: &str,
) -> Result<(), JetStreamError> {
    let subject = replay_subject(durable, seq);
    let headers = replay_headers(&envelope, seq, message_id);
    let answer = link.ask(&subject, headers, envelope.body.into_bytes()).await?;
    let _: PublishAck = read_answer(&subject, &answer)?;
    Ok(())
}

/// Forgets the letter and does nothing else.
///
/// # Errors
/// When there is no such letter, or it is not known to be forgotten.
pub(super) async fn discard(link: &Link, durable: &str, seq: i64) -> Result<(), BusError> {
    let (place, _) = find(link, durable, seq).await?;
    Ok(forget(link, place).await?)
}

/// A letter, and its place among them.
async fn find(link: &Link, durable: &str, seq: i64) -> Result<(u64, DeadLetter), BusError> {
    let found = newest(link, LETTERS, &letter_subject(durable, seq)).await?;
    let letter = found.and_then(|stored| Some((stored.seq, Letter::read(&stored)?)));
    letter.ok_or_else(|| BusError::NoSuchLetter { durable: durable.to_owned(), seq })
}

#[derive(Serialize)]
struct Forget {
    seq: u64,
    no_erase: bool,
}

#[derive(Deserialize)]
struct Forgotten {}

/// Where the event has died again meanwhile, the new letter has taken the place of this one.
async fn forget(link: &Link, place: u64) -> Result<(), JetStreamError> {
    let request = Forget { seq: place, no_erase: true };
    let forgotten = link.api::<Forgotten>(&format!("STREAM.MSG.DELETE.{LETTERS}"), &request).await;
    match forgotten {
        Err(JetStreamError::Answer { .. }) if at(link, LETTERS, place).await?.is_none() => Ok(()),
        forgotten => forgotten.map(drop),
    }
}

#[cfg(test)]
mod tests {
    use ticketing_events::EventName;

    use super::{DeadLetter, Envelope, Letter, Timestamp};

    #[test]
    fn a_letter_is_plain_json() {
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
            serde_json::to_string(&Letter::of(&letter)).unwrap(),
            concat!(
                r#"{"durable":"orders-service","seq":7,"attempts":10,"cause":"no\nluck","#,
                r#""diedAt":"2023-11-14T22:13:20.000Z","event":{"id":"e","name":"ticket:created","#,
                r#""aggregate":"t","version":0,"time":"2020-09-13T12:26:40.000Z","trace":null,"#,
                r#""body":"{\"id\":\"t\"}"}}"#
            )
        );
    }
}
