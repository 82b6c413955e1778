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
    #[must_use]
    pub fn after(within: Duration) -> Self {
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

/// Waits until an expression, which may await, is true: `eventually!(stack.is_settled().await, seconds 5)`. Fails the
/// test when that takes longer.
#[macro_export]
macro_rules! eventually {
    ($condition:expr, seconds $seconds:expr) => {{
        let deadline = $crate::Deadline::after(::std::time::Duration::from_secs($seconds));
        while !$condition {
            deadline.pause(stringify!($condition)).await;
        }
    }};
    ($condition:expr) => {
        $crate::eventually!($condition, seconds 10)
    };
}
