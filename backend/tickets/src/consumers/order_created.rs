//! `order:created`: the ticket is reserved.

use ticketing_bus::{Effect, Handler};
use ticketing_events::OrderCreated;
use ticketing_platform::db::{DbError, Tx};

use crate::{App, store};

/// Handles `order:created`.
#[derive(Clone, Debug)]
pub struct OnOrderCreated {
    /// The service.
    pub app: App,
}

impl Handler for OnOrderCreated {
    type Event = OrderCreated;

    fn handle(&self, tx: &mut Tx<'_>, event: &OrderCreated) -> Result<Effect, DbError> {
        store::reserve(tx, &self.app.voice(), &event.id, &event.ticket.id, event.version)
    }
}
