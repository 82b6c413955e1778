//! Who waits for which payment: the driver rings, and only the requests that follow that payment wake.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ticketing_platform::signal::{Listener, Signal};
use ticketing_sdk::PaymentId;

/// How often a follower looks even when nothing rings, since another replica may do the work.
const POLL: Duration = Duration::from_millis(250);

/// Requests that follow payments. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Followers {
    bells: Arc<Mutex<HashMap<PaymentId, Bell>>>,
}

#[derive(Debug, Default)]
struct Bell {
    signal: Signal,
    listeners: usize,
}

/// Follows one payment until it is dropped.
#[derive(Debug)]
pub(crate) struct Following {
    id: PaymentId,
    listener: Listener,
    followers: Followers,
}

impl Followers {
    /// Hears of every step of this payment from now on.
    pub(crate) fn follow(&self, id: &PaymentId) -> Following {
        let mut bells = self.bells();
        let bell = bells.entry(id.clone()).or_default();
        bell.listeners += 1;
        Following { id: id.clone(), listener: bell.signal.listen(), followers: self.clone() }
    }

    /// Wakes those who follow this payment.
    pub(crate) fn ring(&self, id: &PaymentId) {
        if let Some(bell) = self.bells().get(id) {
            bell.signal.notify();
        }
    }

    fn bells(&self) -> MutexGuard<'_, HashMap<PaymentId, Bell>> {
        self.bells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Following {
    /// Returns when it is worth looking again.
    pub(crate) async fn moved(&mut self) {
        // A ring or the poll: either way, look again.
        drop(tokio::time::timeout(POLL, self.listener.notified()).await);
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let mut bells = self.followers.bells();
        if let Some(bell) = bells.get_mut(&self.id) {
            bell.listeners -= 1;
            if bell.listeners == 0 {
                bells.remove(&self.id);
            }
        }
    }
}
