//! `order:confirmed`: the authorised payment has won the reservation, so its money is taken.

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
        let App { core, driver, .. } = &self.app;
        driver.wake_after(tx);
        store::order_confirmed(
            tx,
            &core.outbox,
            &event.id,
            event.version,
            core.clock.now(),
            driver.wall_now(),
        )
    }
}
