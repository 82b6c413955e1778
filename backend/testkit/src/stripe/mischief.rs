//! What goes wrong inside the stand-in for Stripe.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ticketing_payments::provider::ProviderCall;

/// The faults of the stand-in itself. Those that are counted wear off.
#[derive(Debug, Default)]
pub struct Mischief {
    plan: Mutex<HashMap<(ProviderCall, Prank), u32>>,
    blind: Mutex<bool>,
}

/// A way to go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Prank {
    ErrorAfter,
    ErrorInstead,
    TooMany,
    KeyInUse,
    Garbled,
}

impl Mischief {
    /// The next `times` calls of this kind have their effect and answer 500, which is kept under their key.
    pub fn error_after(&self, call: ProviderCall, times: u32) {
        self.set(call, Prank::ErrorAfter, times);
    }

    /// The next `times` calls of this kind have no effect and answer 500, which is kept under their key.
    pub fn error_instead(&self, call: ProviderCall, times: u32) {
        self.set(call, Prank::ErrorInstead, times);
    }

    /// The next `times` calls of this kind are too many: 429, and `Retry-After: 1`.
    pub fn too_many(&self, call: ProviderCall, times: u32) {
        self.set(call, Prank::TooMany, times);
    }

    /// The next `times` calls of this kind are told that their key is in use: 409.
    pub fn key_in_use(&self, call: ProviderCall, times: u32) {
        self.set(call, Prank::KeyInUse, times);
    }

    /// The next `times` calls of this kind have their effect, and their answer is cut in the middle.
    pub fn garble(&self, call: ProviderCall, times: u32) {
        self.set(call, Prank::Garbled, times);
    }

    /// From now on the search finds nothing new, or everything again.
    pub fn blind_search(&self, yes: bool) {
        *self.blind.lock().unwrap_or_else(PoisonError::into_inner) = yes;
    }

    /// Nothing goes wrong any more.
    pub fn forget(&self) {
        self.plan().clear();
        self.blind_search(false);
    }

    pub(super) fn is_blind(&self) -> bool {
        *self.blind.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take(&self, call: ProviderCall, prank: Prank) -> bool {
        let mut plan = self.plan();
        let Some(left) = plan.get_mut(&(call, prank)).filter(|left| **left > 0) else { return false };
        *left -= 1;
        true
    }

    fn set(&self, call: ProviderCall, prank: Prank, times: u32) {
        self.plan().insert((call, prank), times);
    }

    fn plan(&self) -> MutexGuard<'_, HashMap<(ProviderCall, Prank), u32>> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
