//! `order:completed`: the ticket is sold, and its buyer holds a pass.

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
        let completed = store::Completed {
            order: &event.id,
            ticket: &event.ticket.id,
            buyer: event.user_id.as_ref(),
            price: event.ticket.price,
            version: event.version,
        };
        store::complete(tx, &self.app.publisher(), completed)
    }
}
