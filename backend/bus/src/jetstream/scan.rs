//! Reads a stream by direct get, without a consumer.

use async_nats::{Message, StatusCode};
use futures_util::StreamExt;
use serde_json::{Value, json};
use ticketing_events::Envelope;
use ticketing_sdk::Timestamp;

use super::JetStreamError;
use super::connection::Connection;
use super::message;

/// The number of messages in one request.
const MAX_BATCH: u32 = 256;

/// A stored message of a stream.
#[derive(Debug)]
pub(super) struct StoredMessage {
    pub(super) seq: u64,
    pub(super) stored_at: Timestamp,
    pub(super) subject: String,
    pub(super) message: Message,
}

impl StoredMessage {
    fn read(message: Message) -> Option<Self> {
        let headers = message.headers.as_ref()?;
        let header = |name: &str| headers.get(name).map(|value| value.as_str());
        let seq = header("Nats-Sequence")?.parse().ok()?;
        let stored_at = header("Nats-Time-Stamp")?.parse().ok().unwrap_or(Timestamp::from_millis(0));
        let subject = header("Nats-Subject")?.to_owned();
        Some(Self { seq, stored_at, subject, message })
    }

    /// Decodes the event.
    pub(super) fn envelope(&self) -> Option<Envelope> {
        let headers = self.message.headers.as_ref()?;
        let (payload, sequence) = (&self.message.payload, self.event_sequence());
        Some(message::envelope(&self.subject, headers, payload, sequence, self.stored_at))
    }

    /// Returns the sequence of the event, which is that of the original in a replay.
    pub(super) fn event_sequence(&self) -> i64 {
        let own = i64::try_from(self.seq).unwrap_or(i64::MAX);
        self.message.headers.as_ref().map_or(own, |headers| message::event_sequence(headers, own))
    }
}

/// Passes every message of `subject` from the sequence `first` to `each`, in order.
///
/// # Errors
/// If the stream cannot be read.
pub(super) async fn scan(
    connection: &Connection,
    stream: &str,
    subject: &str,
    first: u64,
    mut each: impl FnMut(StoredMessage),
) -> Result<(), JetStreamError> {
    let mut next = first.max(1);
    loop {
        let request = json!({ "seq": next, "next_by_subj": subject, "batch": MAX_BATCH });
        let read = range(connection, stream, &request).await?;
        let Some(last) = read.last().map(|stored| stored.seq) else { return Ok(()) };
        read.into_iter().for_each(&mut each);
        next = last + 1;
    }
}

/// Reads one batch: the server sends its messages, and then the end of the batch.
async fn range(
    connection: &Connection,
    stream: &str,
    request: &Value,
) -> Result<Vec<StoredMessage>, JetStreamError> {
    let api = format!("$JS.API.DIRECT.GET.{stream}");
    let inbox = connection.client.new_inbox();
    let mut answers = connection.client.subscribe(inbox.clone()).await.map_err(JetStreamError::client)?;
    connection.ensure_connected()?;
    let asked = connection.client.publish_with_reply(api.clone(), inbox, request.to_string().into());
    asked.await.map_err(JetStreamError::client)?;
    let mut read = Vec::new();
    loop {
        let answer = tokio::time::timeout(connection.options.request_timeout, answers.next()).await;
        let answer = answer.ok().flatten().ok_or_else(|| JetStreamError::Timeout(api.clone()))?;
        match answer.status {
            Some(StatusCode::NO_RESPONDERS) => return Err(JetStreamError::NoResponders(api)),
            Some(_) => return Ok(read),
            None => read.extend(StoredMessage::read(answer)),
        }
    }
}

/// Reads the message with a sequence, if it exists.
///
/// # Errors
/// If the stream cannot be read.
pub(super) async fn get(
    connection: &Connection,
    stream: &str,
    seq: u64,
) -> Result<Option<StoredMessage>, JetStreamError> {
    one(connection, stream, &json!({ "seq": seq })).await
}

/// Returns the sequence of the first message of a subject from `seq`, if there is one.
///
/// # Errors
/// If the stream cannot be read.
pub(super) async fn first_sequence(
    connection: &Connection,
    stream: &str,
    subject: &str,
    seq: u64,
) -> Result<Option<u64>, JetStreamError> {
    let found = one(connection, stream, &json!({ "seq": seq, "next_by_subj": subject })).await?;
    Ok(found.map(|stored| stored.seq))
}

/// Returns the newest message of a subject, if there is one.
///
/// # Errors
/// If the stream cannot be read.
pub(super) async fn last_for_subject(
    connection: &Connection,
    stream: &str,
    subject: &str,
) -> Result<Option<StoredMessage>, JetStreamError> {
    one(connection, stream, &json!({ "last_by_subj": subject })).await
}

async fn one(
    connection: &Connection,
    stream: &str,
    request: &Value,
) -> Result<Option<StoredMessage>, JetStreamError> {
    let api = format!("$JS.API.DIRECT.GET.{stream}");
    let payload = request.to_string().into_bytes();
    let answer = connection.request(&api, async_nats::HeaderMap::new(), payload).await?;
    match answer.status {
        None => Ok(StoredMessage::read(answer)),
        Some(StatusCode::NOT_FOUND) => Ok(None),
        Some(status) => Err(JetStreamError::Api {
            subject: api,
            code: u64::from(status.as_u16()),
            description: answer.description.as_deref().unwrap_or_default().to_owned(),
        }),
    }
}
