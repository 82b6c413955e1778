//! `order:cancelled`: the ticket is as its seller wants it again, if this order held it.

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
        store::release(tx, &self.app.publisher(), &event.id, &event.ticket.id, event.version)
    }
}
