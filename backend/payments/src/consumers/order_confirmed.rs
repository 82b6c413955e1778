//! `order:confirmed`: makes the capture of the authorized payment due.

use ticketing_bus::{Effect, Handler};
use ticketing_events::OrderConfirmed;
use ticketing_platform::db::{DbError, Tx};

use crate::{App, store};

/// Handles `order:confirmed`.
#[derive(Clone, Debug)]
pub struct OnOrderConfirmed {
    /// The service.
    pub app: App,
}

impl Handler for OnOrderConfirmed {
    type Event = OrderConfirmed;

    fn handle(&self, tx: &mut Tx<'_>, event: &OrderConfirmed) -> Result<Effect, DbError> {
        let App { core, worker, .. } = &self.app;
        worker.wake_on_commit(tx);
        store::confirm_order(tx, &core.outbox, &event.id, event.version, core.clock.now(), worker.wall_now())
    }
}
