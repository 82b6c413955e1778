//! What goes wrong between us and a provider that is not the real one, on demand.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::provider::ProviderError;

/// One of the provider's calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// Hold an amount.
    Authorize,
    /// Take what is held.
    Capture,
    /// Give up what is held.
    Void,
    /// Give back what was taken.
    Refund,
}

impl Call {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
        }
    }
}

/// The faults on the way to a provider and back. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    plan: Arc<Mutex<Plan>>,
}

#[derive(Debug, Default)]
struct Plan {
    unreachable: bool,
    delay: Duration,
    failures: HashMap<Call, u32>,
    lost_replies: HashMap<Call, u32>,
    gates: HashMap<Call, watch::Receiver<()>>,
    seen: HashMap<Call, u32>,
}

/// Holds back a kind of call before it has any effect, until it is dropped.
#[derive(Debug)]
#[must_use = "the calls go on as soon as it is dropped"]
pub struct Gate {
    _closed: watch::Sender<()>,
}

impl Faults {
    /// From now on no call arrives, or every call does again.
    pub fn unreachable(&self, yes: bool) {
        self.plan().unreachable = yes;
    }

    /// From now on every call takes this much longer.
    pub fn delay(&self, by: Duration) {
        self.plan().delay = by;
    }

    /// The next `times` calls of this kind fail before they have an effect.
    pub fn fail_before(&self, call: Call, times: u32) {
        self.plan().failures.insert(call, times);
    }

    /// The next `times` calls of this kind have their effect, and their answer is lost.
    pub fn lose_reply(&self, call: Call, times: u32) {
        self.plan().lost_replies.insert(call, times);
    }

    /// Holds back calls of this kind until the gate is dropped.
    pub fn hold(&self, call: Call) -> Gate {
        let (closed, gate) = watch::channel(());
        self.plan().gates.insert(call, gate);
        Gate { _closed: closed }
    }

    /// How many calls of this kind have set out, those that did not arrive included.
    #[must_use]
    pub fn seen(&self, call: Call) -> u32 {
        self.plan().seen.get(&call).copied().unwrap_or(0)
    }

    /// A call sets out: what holds it up or keeps it from arriving.
    ///
    /// # Errors
    /// When it does not arrive.
    pub async fn before(&self, call: Call) -> Result<(), ProviderError> {
        let (delay, gate) = {
            let mut plan = self.plan();
            *plan.seen.entry(call).or_default() += 1;
            (plan.delay, plan.gates.get(&call).cloned())
        };
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if let Some(mut gate) = gate {
            // Nothing is ever sent: this ends, with an error, when the gate is dropped.
            while gate.changed().await.is_ok() {}
        }
        let mut plan = self.plan();
        if plan.unreachable || take(&mut plan.failures, call) {
            return Err(ProviderError::Unavailable("connection refused".to_owned()));
        }
        Ok(())
    }

    /// A call has had its effect: what becomes of its answer.
    ///
    /// # Errors
    /// When the answer is lost.
    pub fn after(&self, call: Call) -> Result<(), ProviderError> {
        if take(&mut self.plan().lost_replies, call) {
            return Err(ProviderError::Unknown("the connection was lost before the answer".to_owned()));
        }
        Ok(())
    }

    /// Whether no call arrives now.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        self.plan().unreachable
    }

    /// Nothing goes wrong any more, and nothing was seen yet.
    pub fn forget(&self) {
        *self.plan() = Plan::default();
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take(counts: &mut HashMap<Call, u32>, call: Call) -> bool {
    let Some(left) = counts.get_mut(&call).filter(|left| **left > 0) else { return false };
    *left -= 1;
    true
}
