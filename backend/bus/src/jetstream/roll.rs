//! Which consumers of this process have begun to listen, so that a start can wait for them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ticketing_platform::signal::Signal;

use super::JetStreamError;

/// How far a consumer has come.
#[derive(Debug)]
enum Came {
    /// Not yet.
    Expected,
    /// The server knows it.
    Listens,
    /// It never will: what is wrong is no passing thing.
    Never(JetStreamError),
}

/// The consumers of this process.
#[derive(Debug, Default)]
pub(crate) struct Roll {
    consumers: Mutex<BTreeMap<&'static str, Came>>,
    changed: Signal,
}

impl Roll {
    fn consumers(&self) -> MutexGuard<'_, BTreeMap<&'static str, Came>> {
        self.consumers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It is about to come.
    pub(crate) fn expect(&self, durable: &'static str) {
        self.consumers().entry(durable).or_insert(Came::Expected);
    }

    /// It listens.
    pub(crate) fn listens(&self, durable: &'static str) {
        self.consumers().insert(durable, Came::Listens);
        self.changed.ring();
    }

    /// It could not, and will try again; unless trying again is in vain.
    pub(crate) fn failed(&self, durable: &'static str, error: JetStreamError) -> JetStreamError {
        let (JetStreamError::Refused(text), mut consumers) = (&error, self.consumers()) else { return error };
        if let Some(came @ Came::Expected) = consumers.get_mut(durable) {
            *came = Came::Never(JetStreamError::Refused(text.clone()));
            self.changed.ring();
        }
        drop(consumers);
        error
    }

    pub(super) fn names(&self) -> Vec<&'static str> {
        self.consumers().keys().copied().collect()
    }

    /// Returns when all that are expected listen.
    ///
    /// # Errors
    /// When one of them never will.
    pub(crate) async fn complete(&self) -> Result<(), JetStreamError> {
        let mut changed = self.changed.listen();
        loop {
            match self.standing() {
                Some(outcome) => return outcome,
                None => changed.heard().await,
            }
        }
    }

    fn standing(&self) -> Option<Result<(), JetStreamError>> {
        let mut consumers = self.consumers();
        for came in consumers.values_mut() {
            if matches!(came, Came::Never(_))
                && let Came::Never(error) = std::mem::replace(came, Came::Expected)
            {
                return Some(Err(error));
            }
        }
        let all = consumers.values().all(|came| matches!(came, Came::Listens));
        all.then_some(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::{JetStreamError, Roll};

    #[tokio::test]
    async fn a_start_waits_for_all_or_hears_what_is_wrong() {
        let roll = Roll::default();
        roll.complete().await.unwrap();
        roll.expect("a");
        roll.expect("b");
        roll.listens("a");
        assert!(roll.standing().is_none());
        roll.failed("b", JetStreamError::Disconnected);
        assert!(roll.standing().is_none(), "it tries again");
        roll.failed("b", JetStreamError::Refused("no".to_owned()));
        assert!(matches!(roll.complete().await, Err(JetStreamError::Refused(_))));
        roll.listens("b");
        roll.complete().await.unwrap();
    }
}
