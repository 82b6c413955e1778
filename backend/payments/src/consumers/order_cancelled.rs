//! `order:cancelled`: voids or refunds the payment.

use ticketing_bus::{Effect, Handler};
use ticketing_events::OrderCancelled;
use ticketing_platform::db::{DbError, Tx};

use crate::{App, store};

/// Handles `order:cancelled`.
#[derive(Clone, Debug)]
pub struct OnOrderCancelled {
    /// The service.
    pub app: App,
}

impl Handler for OnOrderCancelled {
    type Event = OrderCancelled;

    fn handle(&self, tx: &mut Tx<'_>, event: &OrderCancelled) -> Result<Effect, DbError> {
        let App { core, worker, .. } = &self.app;
        worker.wake_on_commit(tx);
        store::cancel_order(tx, &core.outbox, &event.id, event.version, core.clock.now(), worker.wall_now())
    }
}
