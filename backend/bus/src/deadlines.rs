//! The worker of rows with a deadline: it sleeps until the next one, and is woken by an earlier one.

use std::time::Duration;

use futures_util::future::OptionFuture;
use ticketing_platform::db::DbError;
use ticketing_platform::outage::WriterOutage;
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::signal::Signal;
use ticketing_sdk::Timestamp;

use crate::ServiceCore;

/// The pause before the worker retries after a database failure.
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// The longest sleep. The signal of a new deadline may be lost between replicas, so the worker also polls.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Starts the worker `name`. `handle_due` handles every row that is due and returns the next deadline. It runs now, at the next
/// deadline by the clock of the service, when `deadline_added` notifies, and once a second.
pub fn spawn_deadline_worker<F>(
    core: &ServiceCore,
    name: &'static str,
    deadline_added: &Signal,
    shutdown: &Shutdown,
    handle_due: impl Fn() -> F + Send + Sync + 'static,
) where
    F: Future<Output = Result<Option<Timestamp>, DbError>> + Send + 'static,
{
    let (clock, mut deadline_added, stop) = (core.clock.clone(), deadline_added.listen(), shutdown.clone());
    shutdown.spawn(async move {
        let outage = WriterOutage::new(name);
        loop {
            let iteration = async {
                match handle_due().await {
                    Ok(next) => {
                        outage.succeed();
                        let due = OptionFuture::from(next.map(|deadline| clock.sleep_until(deadline)));
                        tokio::select! {
                            Some(()) = due => {}
                            () = deadline_added.notified() => {}
                            () = tokio::time::sleep(POLL_INTERVAL) => {}
                        }
                    }
                    Err(error) if error.is_outage() => tokio::time::sleep(outage.fail(&error)).await,
                    Err(error) => {
                        tracing::warn!(%error, worker = name, "handling due rows failed; retrying");
                        tokio::time::sleep(RETRY_DELAY).await;
                    }
                }
            };
            let Some(()) = stop.run_until_triggered(iteration).await else { return };
        }
    });
}
