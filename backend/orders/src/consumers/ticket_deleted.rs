//! `ticket:deleted` refuses new orders of the ticket. An active order stays.

use ticketing_bus::{Effect, Handler, ServiceCore};
use ticketing_events::TicketDeleted;
use ticketing_platform::db::{DbError, Tx};

use crate::store;

/// Handles `ticket:deleted`.
#[derive(Clone, Debug)]
pub struct OnTicketDeleted {
    /// The core of the service.
    pub core: ServiceCore,
}

impl Handler for OnTicketDeleted {
    type Event = TicketDeleted;

    fn handle(&self, tx: &mut Tx<'_>, event: &TicketDeleted) -> Result<Effect, DbError> {
        store::delete_ticket(tx, &self.core.outbox, event)
    }
}
