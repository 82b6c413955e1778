//! Fault injection in the fake Stripe.

use std::collections::HashMap;

use parking_lot::Mutex;
use ticketing_payments::domain::PaymentStep;

/// The faults of the fake itself. Counted faults end after their count.
#[derive(Debug, Default)]
pub struct StripeFaults {
    plan: Mutex<HashMap<(PaymentStep, InjectedFault), u32>>,
    search_blind: Mutex<bool>,
}

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum InjectedFault {
    ErrorAfter,
    ErrorInstead,
    RateLimited,
    KeyInUse,
    Truncated,
}

impl StripeFaults {
    /// The next `times` calls of this kind have their effect and return 500, which is kept under their key.
    pub fn error_after(&self, call: PaymentStep, times: u32) {
        self.set(call, InjectedFault::ErrorAfter, times);
    }

    /// The next `times` calls of this kind have no effect and return 500, which is kept under their key.
    pub fn error_instead(&self, call: PaymentStep, times: u32) {
        self.set(call, InjectedFault::ErrorInstead, times);
    }

    /// The next `times` calls of this kind return 429 with `Retry-After: 1`.
    pub fn rate_limit(&self, call: PaymentStep, times: u32) {
        self.set(call, InjectedFault::RateLimited, times);
    }

    /// The next `times` calls of this kind return 409: their key is in use.
    pub fn key_in_use(&self, call: PaymentStep, times: u32) {
        self.set(call, InjectedFault::KeyInUse, times);
    }

    /// The next `times` calls of this kind have their effect, and their response is truncated.
    pub fn truncate_response(&self, call: PaymentStep, times: u32) {
        self.set(call, InjectedFault::Truncated, times);
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

    pub(super) fn take(&self, call: PaymentStep, fault: InjectedFault) -> bool {
        let mut plan = self.plan.lock();
        let Some(left) = plan.get_mut(&(call, fault)).filter(|left| **left > 0) else { return false };
        *left -= 1;
        true
    }

    fn set(&self, call: PaymentStep, fault: InjectedFault, times: u32) {
        self.plan.lock().insert((call, fault), times);
    }
}
