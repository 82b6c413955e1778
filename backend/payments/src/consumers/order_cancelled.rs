//! `order:cancelled`: nothing is to be paid any more, so nothing is kept.

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
        let App { core, driver, .. } = &self.app;
        driver.wake_after(tx);
        store::order_cancelled(
            tx,
            &core.outbox,
            &event.id,
            event.version,
            core.clock.now(),
            driver.wall_now(),
        )
    }
}
