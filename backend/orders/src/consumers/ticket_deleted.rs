//! `ticket:deleted`: the ticket cannot be ordered any more, and an active order of it ends.

use ticketing_bus::{Core, Effect, Handler};
use ticketing_events::TicketDeleted;
use ticketing_platform::db::{DbError, Tx};

use crate::store;

/// Handles `ticket:deleted`.
#[derive(Clone, Debug)]
pub struct OnTicketDeleted {
    /// The core of the service.
    pub core: Core,
}

impl Handler for OnTicketDeleted {
    type Event = TicketDeleted;

    fn handle(&self, tx: &mut Tx<'_>, event: &TicketDeleted) -> Result<Effect, DbError> {
        let effect = store::delete_ticket(tx, event)?;
        if effect == Effect::Done {
            let Core { outbox, clock, .. } = &self.core;
            store::cancel_of_ticket(tx, outbox, &event.id, clock.now())?;
        }
        Ok(effect)
    }
}
