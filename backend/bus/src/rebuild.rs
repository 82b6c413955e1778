//! Rebuilds a lost stream from the outboxes.

use crate::{Bus, OutboxError, ServiceCore};

/// Recreates the stream and republishes the events retained in the outboxes of these services, in order and under the
/// same identifiers. Their relays publish them, now or at their next start. Existing consumers skip processed events,
/// and new ones receive all. Returns the number of republished events.
///
/// Stop the services first: an event that is published meanwhile would precede older ones of its aggregate. Consumers wait
/// for these, but the order in the stream differs.
///
/// # Errors
/// If the stream or an outbox cannot be written. A retry loses nothing.
pub async fn rebuild<'c>(
    bus: &Bus,
    services: impl IntoIterator<Item = &'c ServiceCore>,
) -> Result<u64, OutboxError> {
    bus.recreate_stream().await?;
    let mut republished = 0;
    for core in services {
        let outbox = core.outbox.clone();
        republished += core.db.write(move |tx| outbox.republish(tx)).await?;
    }
    Ok(republished)
}
