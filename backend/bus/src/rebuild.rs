//! Rebuilding a stream that was lost, from the outboxes.

use ticketing_platform::db::DbError;

use crate::{Bus, BusError, Core};

/// Why a stream could not be rebuilt.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RebuildError {
    /// The stream could not be begun anew.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// An outbox could not be written.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Begins the stream anew and says everything again that the outboxes of these services still hold, in order and under
/// the same identifiers. Their relays publish it, now or at their next start; consumers that have heard it before are not
/// moved, and new ones hear it all. Answers how many events are said again.
///
/// Best while the services are stopped: an event that one of them says in the meantime would lie before older ones of its
/// aggregate. Consumers wait for these then, but the order on the bus is not what it was.
///
/// # Errors
/// When the stream or an outbox cannot be written. Repeat it: nothing is lost.
pub async fn rebuild<'c>(
    bus: &Bus,
    services: impl IntoIterator<Item = &'c Core>,
) -> Result<u64, RebuildError> {
    bus.recreate_stream().await?;
    let mut said = 0;
    for core in services {
        let outbox = core.outbox.clone();
        said += core.db.write(move |tx| outbox.republish(tx)).await.map_err(|error: DbError| error)?;
    }
    Ok(said)
}
