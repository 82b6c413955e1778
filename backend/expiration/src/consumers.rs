//! The events that expiration consumes.

use ticketing_bus::Consumers;
use ticketing_events::{OrderCancelled, OrderCompleted, OrderConfirmed, OrderCreated};
use ticketing_sdk::OrderStatus;

use crate::{App, store};

impl App {
    /// Returns the consumer of the service, with the handler of each event.
    pub fn consumers(&self) -> Consumers {
        self.core
            .consumers("expiration-service")
            .on_with_context(self.deadline_added.clone(), |deadline_added, tx, event: &OrderCreated| {
                tx.notify_on_commit(deadline_added);
                store::schedule(tx, &event.id, event.expires_at, event.version)
            })
            // An order that awaits its payment does not expire.
            .on(|tx, OrderConfirmed { id, version, .. }| {
                store::cancel_timer(tx, id, OrderStatus::AwaitingPayment, *version)
            })
            .on(|tx, OrderCompleted { id, version, .. }| {
                store::cancel_timer(tx, id, OrderStatus::Complete, *version)
            })
            .on(|tx, OrderCancelled { id, version, .. }| {
                store::cancel_timer(tx, id, OrderStatus::Cancelled, *version)
            })
    }
}
