//! The outage that a writer waits out: one log line at its begin and one at its end, and pauses that grow in between.
//!
//! A database may refuse some writes and take others, for example while a disk has room for small rows only. A failure
//! soon after a success therefore continues the same outage.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::backoff::Backoff;
use crate::db::DbError;

const BACKOFF: Backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(2));
/// An outage is over when nothing has failed for this time. Longer than a write may take.
const MIN_TIME_WITHOUT_FAILURE: Duration = Duration::from_secs(20);

/// The outage of one writer of a database. Clones share it.
#[derive(Clone, Debug)]
pub struct WriterOutage {
    writer: Arc<str>,
    ongoing: Arc<Mutex<Option<OngoingOutage>>>,
}

#[derive(Clone, Copy, Debug)]
struct OngoingOutage {
    began: Instant,
    last_failure: Instant,
    failures: u32,
}

impl WriterOutage {
    /// No outage yet; log lines name the `writer`.
    pub fn new(writer: impl Into<Arc<str>>) -> Self {
        Self { writer: writer.into(), ongoing: Arc::default() }
    }

    /// Records a failed write and returns the pause before the next one. The first failure of an outage is logged.
    #[must_use]
    pub fn fail(&self, error: &DbError) -> Duration {
        let (writer, now) = (&*self.writer, Instant::now());
        let mut ongoing = self.ongoing.lock();
        if ongoing.is_some() {
            tracing::debug!(writer, %error, "the database still cannot be written");
        } else {
            tracing::warn!(writer, %error, "the database cannot be written; the writer pauses");
        }
        let outage = ongoing.get_or_insert(OngoingOutage { began: now, last_failure: now, failures: 0 });
        (outage.last_failure, outage.failures) = (now, outage.failures.saturating_add(1));
        BACKOFF.delay(outage.failures)
    }

    /// Records that nothing failed just now. An outage whose last failure is 20 s old ends, which is logged. Returns
    /// whether there is no outage.
    pub fn succeed(&self) -> bool {
        let mut ongoing = self.ongoing.lock();
        let Some(outage) = *ongoing else { return true };
        if outage.last_failure.elapsed() < MIN_TIME_WITHOUT_FAILURE {
            return false;
        }
        *ongoing = None;
        drop(ongoing);
        let lasted = outage.last_failure - outage.began;
        tracing::info!(writer = &*self.writer, ?lasted, "the database can be written again");
        true
    }

    /// Returns when the outage ends if nothing fails until then; `None` where there is no outage.
    pub fn ends_at(&self) -> Option<Instant> {
        self.ongoing.lock().map(|outage| outage.last_failure + MIN_TIME_WITHOUT_FAILURE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn failure_soon_after_a_success_continues_the_outage() {
        let outage = WriterOutage::new("test");
        let error = DbError::Unavailable("full".to_owned());
        assert!(outage.succeed() && outage.ends_at().is_none());
        assert_eq!(outage.fail(&error), BACKOFF.delay(1));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!outage.succeed());
        assert_eq!(outage.fail(&error), BACKOFF.delay(2), "it is the same outage");
        for _ in 0..10 {
            assert!(outage.fail(&error) <= BACKOFF.delay(u32::MAX));
        }
        assert_eq!(outage.fail(&error), BACKOFF.delay(u32::MAX));
        tokio::time::advance(MIN_TIME_WITHOUT_FAILURE).await;
        assert!(outage.succeed());
        assert_eq!(outage.fail(&error), BACKOFF.delay(1), "it is a new one");
    }
}
