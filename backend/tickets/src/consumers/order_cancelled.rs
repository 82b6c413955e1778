//! `order:cancelled`: the ticket is free again, if this order held it.

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
        let App { core, feed, .. } = &self.app;
        let now = core.clock.now();
        store::release(tx, &core.outbox, feed, &event.id, &event.ticket.id, event.version, now)
    }
}
