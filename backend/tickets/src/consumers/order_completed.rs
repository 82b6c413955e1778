//! `order:completed`: the ticket is sold.

use ticketing_bus::{Effect, Handler};
use ticketing_events::OrderCompleted;
use ticketing_platform::db::{DbError, Tx};

use crate::{App, store};

/// Handles `order:completed`.
#[derive(Clone, Debug)]
pub struct OnOrderCompleted {
    /// The service.
    pub app: App,
}

impl Handler for OnOrderCompleted {
    type Event = OrderCompleted;

    fn handle(&self, tx: &mut Tx<'_>, event: &OrderCompleted) -> Result<Effect, DbError> {
        store::complete(tx, &self.app.publisher(), &event.id, &event.ticket.id, event.version)
    }
}
