//! The readiness of the consumers of this process, so that a start can wait for their subscriptions.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use ticketing_platform::signal::Signal;

use super::JetStreamError;

/// The consumers of this process.
#[derive(Debug, Default)]
pub(crate) struct ConsumerReadiness {
    /// The outcome of the subscription of each consumer; `None` until it has subscribed, or failed permanently.
    outcomes: Mutex<BTreeMap<&'static str, Option<Result<(), JetStreamError>>>>,
    changed: Signal,
}

impl ConsumerReadiness {
    /// Registers a consumer that is starting.
    pub(crate) fn register(&self, durable: &'static str) {
        self.outcomes.lock().entry(durable).or_insert(None);
    }

    /// Marks a consumer as subscribed.
    pub(crate) fn mark_ready(&self, durable: &'static str) {
        self.outcomes.lock().insert(durable, Some(Ok(())));
        self.changed.notify();
    }

    /// Records a failed subscription; only a permission error is permanent.
    pub(crate) fn mark_failed(&self, durable: &'static str, error: JetStreamError) -> JetStreamError {
        let JetStreamError::PermissionDenied(text) = &error else { return error };
        if let Some(outcome @ None) = self.outcomes.lock().get_mut(durable) {
            *outcome = Some(Err(JetStreamError::PermissionDenied(text.clone())));
            self.changed.notify();
        }
        error
    }

    pub(super) fn names(&self) -> Vec<&'static str> {
        self.outcomes.lock().keys().copied().collect()
    }

    /// Returns when all registered consumers have subscribed.
    ///
    /// # Errors
    /// If one of them failed permanently.
    pub(crate) async fn wait_until_ready(&self) -> Result<(), JetStreamError> {
        let mut changed = self.changed.listen();
        loop {
            match self.outcome() {
                Some(outcome) => return outcome,
                None => changed.notified().await,
            }
        }
    }

    fn outcome(&self) -> Option<Result<(), JetStreamError>> {
        let mut outcomes = self.outcomes.lock();
        match outcomes.values_mut().find(|outcome| matches!(outcome, Some(Err(_)))) {
            Some(failed) => failed.take(),
            None => outcomes.values().all(Option::is_some).then_some(Ok(())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ConsumerReadiness, JetStreamError};

    #[tokio::test]
    async fn wait_until_ready_returns_when_all_subscribe_or_one_fails() {
        let readiness = ConsumerReadiness::default();
        readiness.wait_until_ready().await.unwrap();
        readiness.register("a");
        readiness.register("b");
        readiness.mark_ready("a");
        assert!(readiness.outcome().is_none());
        readiness.mark_failed("b", JetStreamError::Disconnected);
        assert!(readiness.outcome().is_none(), "it tries again");
        readiness.mark_failed("b", JetStreamError::PermissionDenied("no".to_owned()));
        assert!(matches!(readiness.wait_until_ready().await, Err(JetStreamError::PermissionDenied(_))));
        readiness.mark_ready("b");
        readiness.wait_until_ready().await.unwrap();
    }
}
