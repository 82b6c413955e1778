//! Fault injection in the fake Stripe.

use std::collections::HashMap;

use parking_lot::Mutex;
use ticketing_payments::domain::PaymentStep;

/// The faults of the fake itself. Counted faults end after their count.
#[derive(Debug, Default)]
pub struct StripeFaults {
    plan: Mutex<HashMap<(PaymentStep, StripeFault), u32>>,
    search_blind: Mutex<bool>,
}

/// A fault of the fake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StripeFault {
    /// A call has its effect and returns 500, which is kept under its key.
    ErrorAfter,
    /// A call has no effect and returns 500, which is kept under its key.
    ErrorInstead,
    /// A call returns 429 with `Retry-After: 1`.
    RateLimited,
    /// A call returns 409: its key is in use.
    KeyInUse,
    /// A call has its effect, and its response is truncated.
    Truncated,
}

impl StripeFaults {
    /// Injects a fault into the next `times` calls of this kind.
    pub fn inject(&self, fault: StripeFault, call: PaymentStep, times: u32) {
        self.plan.lock().insert((call, fault), times);
    }

    /// Makes the search miss everything (`true`), or find everything again.
    pub fn set_search_blind(&self, is_blind: bool) {
        *self.search_blind.lock() = is_blind;
    }

    /// Removes all faults.
    pub fn reset(&self) {
        self.plan.lock().clear();
        self.set_search_blind(false);
    }

    pub(super) fn is_search_blind(&self) -> bool {
        *self.search_blind.lock()
    }

    pub(super) fn take(&self, call: PaymentStep, fault: StripeFault) -> bool {
        let mut plan = self.plan.lock();
        let Some(left) = plan.get_mut(&(call, fault)).filter(|left| **left > 0) else { return false };
        *left -= 1;
        true
    }
}
