//! The events that payments consumes.

use ticketing_bus::Consumers;
use ticketing_events::{OrderCancelled, OrderCompleted, OrderConfirmed};
use ticketing_sdk::OrderStatus;

use crate::{App, store};

impl App {
    /// Returns the consumer of the service, with the handler of each event.
    pub fn consumers(&self) -> Consumers {
        self.core
            .consumers("payments-service")
            .on(store::insert_order)
            // The capture of the authorized payment becomes due.
            .on_with(self.clone(), |App { core, worker, .. }, tx, OrderConfirmed { id, version, .. }| {
                worker.wake_on_commit(tx);
                store::confirm_order(tx, &core.outbox, id, *version, core.clock.now(), worker.wall_now())
            })
            .on(|tx, OrderCompleted { id, version, .. }| {
                store::update_order_status(tx, id, *version, OrderStatus::Complete)
            })
            // A void or a refund of the payment becomes due.
            .on_with(self.clone(), |App { core, worker, .. }, tx, OrderCancelled { id, version, .. }| {
                worker.wake_on_commit(tx);
                store::cancel_order(tx, &core.outbox, id, *version, core.clock.now(), worker.wall_now())
            })
    }
}
