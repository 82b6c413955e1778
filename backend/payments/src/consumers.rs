//! The events that payments consumes.

use ticketing_bus::{ApplyOutcome, Consumers};
use ticketing_events::{OrderCancelled, OrderCompleted, OrderConfirmed};
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{OrderId, OrderStatus};

use crate::{App, store};

impl App {
    /// Returns the consumer of the service, with the handler of each event.
    pub fn consumers(&self) -> Consumers {
        self.core
            .consumers("payments-service")
            .on(store::insert_order)
            .on_with_context(self.clone(), |app, tx, event: &OrderConfirmed| {
                app.apply_order_status(tx, &event.id, event.version, OrderStatus::AwaitingPayment)
            })
            .on_with_context(self.clone(), |app, tx, event: &OrderCompleted| {
                app.apply_order_status(tx, &event.id, event.version, OrderStatus::Complete)
            })
            .on_with_context(self.clone(), |app, tx, event: &OrderCancelled| {
                app.apply_order_status(tx, &event.id, event.version, OrderStatus::Cancelled)
            })
    }

    fn apply_order_status(
        &self,
        tx: &mut Tx<'_>,
        id: &OrderId,
        version: i64,
        status: OrderStatus,
    ) -> Result<ApplyOutcome, DbError> {
        self.worker.wake_on_commit(tx);
        store::apply_order_status(tx, &self.worker.publisher(), id, version, status)
    }
}
