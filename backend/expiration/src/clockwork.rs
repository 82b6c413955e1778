//! The loop that sleeps until the next deadline and says that it has passed.

use std::time::Duration;

use ticketing_bus::Core;
use ticketing_platform::db::DbError;
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::signal::Signal;
use ticketing_sdk::Timestamp;

use crate::store;

/// Deadlines that are handled in one transaction at most.
const BATCH: i64 = 500;
/// How long it waits after the database failed.
const PAUSE: Duration = Duration::from_secs(1);
/// How long it sleeps at most, since another replica may have been told of a nearer deadline.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

pub(crate) async fn run(core: Core, armed: Signal, shutdown: Shutdown) {
    let mut armed = armed.listen();
    loop {
        let wait = async {
            match fire_due(&core).await {
                Ok(next) => {
                    let next = async {
                        match next {
                            Some(deadline) => core.clock.sleep_until(deadline).await,
                            None => std::future::pending().await,
                        }
                    };
                    tokio::select! {
                        () = next => {}
                        () = armed.heard() => {}
                        () = tokio::time::sleep(LONGEST_SLEEP) => {}
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "deadlines could not be read; trying again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        };
        tokio::select! {
            () = wait => {}
            () = shutdown.triggered() => return,
        }
    }
}

/// Says of every deadline that has passed that it has; answers the next one that has not.
async fn fire_due(core: &Core) -> Result<Option<Timestamp>, DbError> {
    loop {
        let Some(next) = core.db.read(store::next_deadline).await? else { return Ok(None) };
        let now = core.clock.now();
        if next > now {
            return Ok(Some(next));
        }
        let outbox = core.outbox.clone();
        let fired = core.db.write(move |tx| store::fire(tx, &outbox, now, BATCH)).await?;
        metrics::counter!("deadlines_fired_total").increment(fired);
    }
}
