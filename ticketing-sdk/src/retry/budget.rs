//! The budget of retries: a token bucket.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The cost of a retry, in tokens.
const RETRY_COST: u32 = 5;
/// The tokens that a call returns if it succeeds without a retry.
const FIRST_TRY_REFUND: u32 = 1;
/// The tokens of a budget by default: a hundred retries without a success.
const DEFAULT_CAPACITY: u32 = 500;

/// A budget of retries, which keeps clients from multiplying the load of a server that fails.
///
/// It is a bucket of tokens, full at first. A retry takes 5 tokens and is not made if there are fewer; a call that succeeds
/// brings back 1 token, or the 5 of its last retry. So a client retries freely as long as most of its calls succeed, and hardly
/// at all while none does. Clones share the tokens.
///
/// ```
/// use ticketing_sdk::RetryBudget;
///
/// let budget = RetryBudget::new(100);
/// assert_eq!(budget.available(), 100);
/// ```
#[derive(Debug, Clone)]
pub struct RetryBudget(Arc<Bucket>);

#[derive(Debug)]
struct Bucket {
    capacity: u32,
    tokens: AtomicU32,
}

impl Default for RetryBudget {
    /// 500 tokens.
    fn default() -> Self {
        Self::new(DEFAULT_CAPACITY)
    }
}

impl RetryBudget {
    /// A full bucket of this many tokens.
    #[must_use]
    pub fn new(capacity: u32) -> Self {
        Self(Arc::new(Bucket { capacity, tokens: AtomicU32::new(capacity) }))
    }

    /// The tokens that are left.
    #[must_use]
    pub fn available(&self) -> u32 {
        self.0.tokens.load(Ordering::Relaxed)
    }

    /// Takes the cost of a retry, if there is enough.
    pub(crate) fn withdraw(&self) -> bool {
        let take = |tokens: u32| tokens.checked_sub(RETRY_COST);
        self.0.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    /// Brings tokens back after a success.
    pub(crate) fn record_success(&self, was_retried: bool) {
        let refund = if was_retried { RETRY_COST } else { FIRST_TRY_REFUND };
        let give = |tokens: u32| Some(tokens.saturating_add(refund).min(self.0.capacity));
        // `give` always returns a value.
        let _ = self.0.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, give);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budget_is_spent_by_retries_and_filled_by_successes() {
        let budget = RetryBudget::new(12);
        let shared = budget.clone();
        assert!(budget.withdraw() && shared.withdraw());
        assert!(!budget.withdraw(), "2 tokens are not enough");
        assert_eq!(budget.available(), 2);
        budget.record_success(true);
        assert_eq!(budget.available(), 7);
        (0..20).for_each(|_| budget.record_success(false));
        assert_eq!((budget.available(), shared.available()), (12, 12));
    }
}
