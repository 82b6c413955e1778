//! Buries what the server has given up: events that nobody answered however often they were delivered, and events that
//! were terminated by hand.

use std::time::Duration;

use async_nats::jetstream::AckKind;
use bytes::Bytes;
use serde::Deserialize;

use super::link::Link;
use super::pull::Pull;
use super::topology::{ADVISORIES, STREAM};
use super::{JetStreamError, letters, scan};
use crate::DeadLetter;

const PAUSE: Duration = Duration::from_secs(1);
/// Advisories taken at a time.
const AT_A_TIME: usize = 16;

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
pub(super) async fn run(link: Link, durable: &'static str) {
    loop {
        if let Err(error) = watch(&link, durable).await {
            tracing::debug!(durable, %error, "what the server gives up cannot be heard now");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn watch(link: &Link, durable: &str) -> Result<(), JetStreamError> {
    let mut pull = Pull::open(link, ADVISORIES, durable).await?;
    loop {
        for pulled in pull.next(AT_A_TIME).await? {
            bury(link, durable, &pulled.message.payload).await?;
            let Some(answer_to) = pulled.message.reply else { continue };
            let done: Bytes = AckKind::Ack.into();
            link.ask(&answer_to, async_nats::HeaderMap::new(), done.to_vec()).await?;
        }
    }
}

async fn bury(link: &Link, durable: &str, payload: &[u8]) -> Result<(), JetStreamError> {
    let Ok(Advisory { kind, stream_seq, deliveries, reason }) = serde_json::from_slice(payload) else {
        tracing::error!(durable, "what the server says of an event cannot be read");
        return Ok(());
    };
    let stored = scan::at(link, STREAM, stream_seq).await?;
    let Some((stored, envelope)) = stored.and_then(|stored| Some((stored.place(), stored.envelope()?)))
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
        return letters::deliver_again(link, durable, stored, envelope, &id).await;
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
        died_at: link.options.clock.now(),
        envelope,
    };
    tracing::error!(durable, seq = letter.seq, letter.cause, "an event was given up");
    letters::bury(link, &letter).await
}
