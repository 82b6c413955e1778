//! The advisory consumer: dead-letters events that an operator terminates, and redelivers events that reached the maximum of
//! deliveries.

use std::time::Duration;

use async_nats::jetstream::AckKind;
use bytes::Bytes;
use serde::Deserialize;

use super::connection::Connection;
use super::message::EVENT_STREAM;
use super::pull::Pull;
use super::topology::ADVISORY_STREAM;
use super::{JetStreamError, dead_letters, scan};

/// The pause after a failure.
const RETRY_PAUSE: Duration = Duration::from_secs(1);
/// The maximum number of advisories in one pull.
const MAX_BATCH: usize = 16;

/// An advisory of the server about one event.
#[derive(Debug, Deserialize)]
struct Advisory {
    #[serde(rename = "type")]
    kind: String,
    stream_seq: u64,
    deliveries: u32,
    reason: Option<String>,
}

/// Runs until the task is aborted.
pub(super) async fn run(connection: Connection, durable: &'static str) {
    loop {
        if let Err(error) = watch(&connection, durable).await {
            tracing::debug!(durable, %error, "advisory consumer failed; retrying");
        }
        tokio::time::sleep(RETRY_PAUSE).await;
    }
}

async fn watch(connection: &Connection, durable: &str) -> Result<(), JetStreamError> {
    let mut pull = Pull::open(connection, ADVISORY_STREAM, durable).await?;
    loop {
        for pulled in pull.next(MAX_BATCH).await? {
            handle_advisory(connection, durable, &pulled.message.payload).await?;
            let Some(reply_subject) = pulled.message.reply else { continue };
            let done: Bytes = AckKind::Ack.into();
            connection.request(&reply_subject, async_nats::HeaderMap::new(), done.to_vec()).await?;
        }
    }
}

async fn handle_advisory(
    connection: &Connection,
    durable: &str,
    payload: &[u8],
) -> Result<(), JetStreamError> {
    let Ok(Advisory { kind, stream_seq, deliveries, reason }) = serde_json::from_slice(payload) else {
        tracing::error!(durable, "an advisory is not valid JSON");
        return Ok(());
    };
    let stored = scan::get(connection, EVENT_STREAM, stream_seq).await?;
    let Some((stored, envelope)) =
        stored.and_then(|stored| Some((stored.event_sequence(), stored.envelope()?)))
    else {
        tracing::error!(durable, seq = stream_seq, "the event of an advisory is no longer in the stream");
        return Ok(());
    };
    if kind.ends_with(".max_deliver") {
        // An operator set `max_deliver`. A delivery is not an attempt, so the event is redelivered.
        tracing::warn!(
            durable,
            seq = stored,
            deliveries,
            "the server reached the maximum of deliveries; the event is redelivered"
        );
        let id = format!("given-up:{durable}:{stream_seq}");
        return dead_letters::redeliver(connection, durable, stored, envelope, &id).await;
    }
    let cause = match reason.filter(|reason| !reason.is_empty()) {
        Some(reason) => format!("terminated: {reason}"),
        None => "terminated".to_owned(),
    };
    tracing::error!(
        durable,
        seq = stored,
        letter.cause = cause,
        "an operator terminated an event; it is dead-lettered"
    );
    dead_letters::store(connection, durable, stored, deliveries, cause, envelope).await
}
