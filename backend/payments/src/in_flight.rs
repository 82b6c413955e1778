//! The requests with an idempotency key that this process serves now.

use std::collections::HashSet;
use std::sync::Arc;

use parking_lot::Mutex;
use ticketing_sdk::UserId;

type Keys = Arc<Mutex<HashSet<(UserId, String)>>>;

/// The requests in flight. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct InFlightRequests {
    keys: Keys,
}

/// Marks one request as in flight until it is dropped.
#[derive(Debug)]
pub(crate) struct InFlightGuard {
    keys: Keys,
    key: (UserId, String),
}

impl InFlightRequests {
    /// Marks a request of a user with this key as in flight; `None` if there is one already.
    pub(crate) fn begin(&self, user_id: &UserId, key: &str) -> Option<InFlightGuard> {
        let key = (user_id.clone(), key.to_owned());
        let fresh = self.keys.lock().insert(key.clone());
        fresh.then(|| InFlightGuard { keys: self.keys.clone(), key })
    }
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        self.keys.lock().remove(&self.key);
    }
}
