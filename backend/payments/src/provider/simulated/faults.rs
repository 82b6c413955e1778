//! Fault injection between payments and a simulated or fake provider. Only test builds contain it (feature `fault-injection`).

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::domain::PaymentStep;
use crate::provider::ProviderError;

/// The faults that are injected into provider calls. Clones share the plan.
#[derive(Clone, Debug, Default)]
pub struct FaultPlan {
    state: Arc<Mutex<FaultState>>,
}

#[derive(Debug, Default)]
struct FaultState {
    unreachable: bool,
    failures: HashMap<PaymentStep, u32>,
    lost_responses: HashMap<PaymentStep, u32>,
    gates: HashMap<PaymentStep, watch::Receiver<()>>,
    call_counts: HashMap<PaymentStep, u32>,
}

/// Blocks a kind of call before it has any effect, until the gate is dropped.
#[derive(Debug)]
#[must_use = "the calls continue when the gate is dropped"]
pub struct Gate {
    _closed: watch::Sender<()>,
}

impl FaultPlan {
    /// Makes every call fail before it has an effect (`true`), or ends that (`false`).
    pub fn set_unreachable(&self, unreachable: bool) {
        self.state.lock().unreachable = unreachable;
    }

    /// Makes the next `times` calls of this kind fail before they have an effect.
    pub fn fail_before_effect(&self, call: PaymentStep, times: u32) {
        self.state.lock().failures.insert(call, times);
    }

    /// Loses the responses of the next `times` calls of this kind, after their effect.
    pub fn lose_response(&self, call: PaymentStep, times: u32) {
        self.state.lock().lost_responses.insert(call, times);
    }

    /// Blocks calls of this kind until the gate is dropped.
    pub fn hold(&self, call: PaymentStep) -> Gate {
        let (closed, gate) = watch::channel(());
        self.state.lock().gates.insert(call, gate);
        Gate { _closed: closed }
    }

    /// Returns the number of calls of this kind, failed ones included.
    pub fn call_count(&self, call: PaymentStep) -> u32 {
        self.state.lock().call_counts.get(&call).copied().unwrap_or(0)
    }

    /// Injects the faults that precede the effect of a call.
    ///
    /// # Errors
    /// Fails if the plan says that the call does not arrive.
    pub async fn before_call(&self, call: PaymentStep) -> Result<(), ProviderError> {
        let gate = {
            let mut state = self.state.lock();
            *state.call_counts.entry(call).or_default() += 1;
            state.gates.get(&call).cloned()
        };
        if let Some(mut gate) = gate {
            // No value is ever sent: the wait ends with an error when the gate is dropped.
            while gate.changed().await.is_ok() {}
        }
        let mut state = self.state.lock();
        if state.unreachable || take(&mut state.failures, call) {
            return Err(ProviderError::Unavailable("connection refused".to_owned()));
        }
        Ok(())
    }

    /// Injects the faults that follow the effect of a call.
    ///
    /// # Errors
    /// Fails if the plan loses the response.
    pub fn after_call(&self, call: PaymentStep) -> Result<(), ProviderError> {
        if take(&mut self.state.lock().lost_responses, call) {
            return Err(ProviderError::Unknown("the connection was lost before the response".to_owned()));
        }
        Ok(())
    }

    /// Returns whether every call fails before its effect.
    pub fn is_unreachable(&self) -> bool {
        self.state.lock().unreachable
    }

    /// Removes all faults and resets the counts.
    pub fn reset(&self) {
        *self.state.lock() = FaultState::default();
    }
}

fn take(counts: &mut HashMap<PaymentStep, u32>, call: PaymentStep) -> bool {
    let Some(left) = counts.get_mut(&call).filter(|left| **left > 0) else { return false };
    *left -= 1;
    true
}
