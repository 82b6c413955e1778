//! Notifications per payment: a change wakes only the requests that wait for that payment.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use ticketing_platform::signal::{Listener, Signal};
use ticketing_sdk::PaymentId;

/// How often a subscriber polls without a notification: another replica can execute the step.
const POLL_INTERVAL: Duration = Duration::from_millis(250);

/// The subscriptions of waiting requests. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct PaymentSubscriptions {
    notifiers: Arc<Mutex<HashMap<PaymentId, Notifier>>>,
}

#[derive(Debug, Default)]
struct Notifier {
    signal: Signal,
    listeners: usize,
}

/// A subscription to one payment, until it is dropped.
#[derive(Debug)]
pub(crate) struct PaymentSubscription {
    id: PaymentId,
    listener: Listener,
    subscriptions: PaymentSubscriptions,
}

impl PaymentSubscriptions {
    /// Subscribes to the changes of a payment.
    pub(crate) fn subscribe(&self, id: &PaymentId) -> PaymentSubscription {
        let mut notifiers = self.notifiers.lock();
        let notifier = notifiers.entry(id.clone()).or_default();
        notifier.listeners += 1;
        PaymentSubscription {
            id: id.clone(),
            listener: notifier.signal.listen(),
            subscriptions: self.clone(),
        }
    }

    /// Notifies the subscribers of a payment.
    pub(crate) fn notify(&self, id: &PaymentId) {
        if let Some(notifier) = self.notifiers.lock().get(id) {
            notifier.signal.notify();
        }
    }
}

impl PaymentSubscription {
    /// Waits for a notification, or for the poll interval.
    pub(crate) async fn wait_for_change(&mut self) {
        // A timeout is a poll.
        drop(tokio::time::timeout(POLL_INTERVAL, self.listener.notified()).await);
    }
}

impl Drop for PaymentSubscription {
    fn drop(&mut self) {
        let mut notifiers = self.subscriptions.notifiers.lock();
        if let Some(notifier) = notifiers.get_mut(&self.id) {
            notifier.listeners -= 1;
            if notifier.listeners == 0 {
                notifiers.remove(&self.id);
            }
        }
    }
}
