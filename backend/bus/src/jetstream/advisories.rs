//! Buries what the server has given up: events that nobody answered however often they were delivered, and events that
//! were terminated by hand.

use std::time::Duration;

use async_nats::jetstream::AckKind;
use bytes::Bytes;
use serde::Deserialize;

use super::connection::Connection;
use super::pull::Pull;
use super::topology::{ADVISORY_STREAM, EVENT_STREAM};
use super::{JetStreamError, dead_letters, scan};
use crate::DeadLetter;

const PAUSE: Duration = Duration::from_secs(1);
/// Advisories taken at a time.
const MAX_BATCH: usize = 16;

/// What the server says of an event that it has given up.
#[derive(Debug, Deserialize)]
struct Advisory {
    #[serde(rename = "type")]
    kind: String,
    stream_seq: u64,
    deliveries: u32,
    reason: Option<String>,
}

/// Buries until it is ended.
pub(super) async fn run(connection: Connection, durable: &'static str) {
    loop {
        if let Err(error) = watch(&connection, durable).await {
            tracing::debug!(durable, %error, "what the server gives up cannot be heard now");
        }
        tokio::time::sleep(PAUSE).await;
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
        tracing::error!(durable, "what the server says of an event cannot be read");
        return Ok(());
    };
    let stored = scan::get(connection, EVENT_STREAM, stream_seq).await?;
    let Some((stored, envelope)) =
        stored.and_then(|stored| Some((stored.event_sequence(), stored.envelope()?)))
    else {
        tracing::error!(durable, seq = stream_seq, "an event that was given up is no longer in the stream");
        return Ok(());
    };
    if kind.ends_with(".max_deliver") {
        // An older version has told the server to count. A delivery is no attempt, so it begins again.
        tracing::warn!(
            durable,
            seq = stored,
            deliveries,
            "the server has given up an event; it is delivered again"
        );
        let id = format!("given-up:{durable}:{stream_seq}");
        return dead_letters::redeliver(connection, durable, stored, envelope, &id).await;
    }
    let cause = match reason.filter(|reason| !reason.is_empty()) {
        Some(reason) => format!("terminated: {reason}"),
        None => "terminated".to_owned(),
    };
    let letter = DeadLetter {
        durable: durable.to_owned(),
        seq: stored,
        attempts: deliveries,
        cause,
        died_at: connection.options.clock.now(),
        envelope,
    };
    tracing::error!(durable, seq = letter.seq, letter.cause, "an event was given up");
    dead_letters::store(connection, &letter).await
}
