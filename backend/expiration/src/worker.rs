//! The expiry worker sleeps until the next deadline and fires the timers that are due.

use std::time::Duration;

use ticketing_bus::ServiceCore;
use ticketing_platform::db::DbError;
use ticketing_platform::outage::WriterOutage;
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::signal::Signal;
use ticketing_sdk::Timestamp;

use crate::store;

/// The largest number of timers that one transaction fires.
const MAX_BATCH: i64 = 500;
/// The pause before the worker retries after a database failure.
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// The longest sleep. The signal of a new deadline may be lost between replicas, so the worker also polls.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

pub(crate) async fn run(core: ServiceCore, deadline_added: Signal, shutdown: Shutdown) {
    let mut deadline_added = deadline_added.listen();
    let outage = WriterOutage::new("expiry worker");
    loop {
        let iteration = async {
            match fire_due(&core).await {
                Ok(next) => {
                    outage.succeed();
                    let next = async {
                        match next {
                            Some(deadline) => core.clock.sleep_until(deadline).await,
                            None => std::future::pending().await,
                        }
                    };
                    tokio::select! {
                        () = next => {}
                        () = deadline_added.notified() => {}
                        () = tokio::time::sleep(POLL_INTERVAL) => {}
                    }
                }
                Err(error) if error.is_outage() => tokio::time::sleep(outage.fail(&error)).await,
                Err(error) => {
                    tracing::warn!(%error, "expiry worker failed; retrying");
                    tokio::time::sleep(RETRY_DELAY).await;
                }
            }
        };
        tokio::select! {
            () = iteration => {}
            () = shutdown.triggered() => return,
        }
    }
}

/// Fires every timer that is due. Returns the next deadline.
async fn fire_due(core: &ServiceCore) -> Result<Option<Timestamp>, DbError> {
    loop {
        let Some(next) = core.db.read(store::next_deadline).await? else { return Ok(None) };
        let now = core.clock.now();
        if next > now {
            return Ok(Some(next));
        }
        let outbox = core.outbox.clone();
        let fired = core.db.write(move |tx| store::fire(tx, &outbox, now, MAX_BATCH)).await?;
        metrics::counter!("deadlines_fired_total").increment(fired);
    }
}
