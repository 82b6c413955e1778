//! Waiting for a condition, with a deadline.

use std::time::Duration;

use tokio::time::Instant;

/// A deadline for polling.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    began: Instant,
    within: Duration,
}

impl Deadline {
    /// Starts a deadline after a duration.
    pub fn from_now(within: Duration) -> Self {
        Self { began: Instant::now(), within }
    }

    /// Pauses before the next poll.
    ///
    /// # Panics
    /// Panics after the deadline; `what` names the condition.
    pub async fn pause(&self, what: &str) {
        let waited = self.began.elapsed();
        assert!(waited < self.within, "waited {waited:?} for: {what}");
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}

/// Waits until `condition` holds.
///
/// # Panics
/// Panics after twenty seconds; `what` names the condition.
pub async fn eventually(what: &str, condition: impl AsyncFnMut() -> bool) {
    eventually_within(what, Duration::from_secs(20), condition).await;
}

/// Waits until `condition` holds.
///
/// # Panics
/// Panics after the time `within`; `what` names the condition.
pub async fn eventually_within(what: &str, within: Duration, mut condition: impl AsyncFnMut() -> bool) {
    let deadline = Deadline::from_now(within);
    while !condition().await {
        deadline.pause(what).await;
    }
}
