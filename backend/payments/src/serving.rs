//! Which keyed requests are being served right now in this process.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use ticketing_sdk::UserId;

type Keys = Arc<Mutex<HashSet<(UserId, String)>>>;

/// The requests that are being served. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Serving {
    keys: Keys,
}

/// One request that is being served, until it is dropped.
#[derive(Debug)]
pub(crate) struct Served {
    keys: Keys,
    key: (UserId, String),
}

impl Serving {
    /// Begins to serve a user's request with this key; `None` where one is being served already.
    pub(crate) fn begin(&self, user_id: &UserId, key: &str) -> Option<Served> {
        let key = (user_id.clone(), key.to_owned());
        let fresh = self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone());
        fresh.then(|| Served { keys: self.keys.clone(), key })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}
