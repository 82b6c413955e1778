//! Waiting for a condition, with a deadline.

use std::time::Duration;

use tokio::time::Instant;

/// A wait that ends, one way or the other.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    began: Instant,
    within: Duration,
}

impl Patience {
    /// Begins to wait, for so long at most.
    #[must_use]
    pub fn lasting(within: Duration) -> Self {
        Self { began: Instant::now(), within }
    }

    /// Gives others a moment.
    ///
    /// # Panics
    /// When it is over; `what` says what was waited for.
    pub async fn pause(&self, what: &str) {
        let waited = self.began.elapsed();
        assert!(waited < self.within, "waited {waited:?} in vain for: {what}");
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}

/// Waits until an expression, which may await, is true: `eventually!(stack.is_settled().await, seconds 5)`. Fails the
/// test when that takes longer.
#[macro_export]
macro_rules! eventually {
    ($condition:expr, seconds $seconds:expr) => {{
        let patience = $crate::Patience::lasting(::std::time::Duration::from_secs($seconds));
        while !$condition {
            patience.pause(stringify!($condition)).await;
        }
    }};
    ($condition:expr) => {
        $crate::eventually!($condition, seconds 10)
    };
}
