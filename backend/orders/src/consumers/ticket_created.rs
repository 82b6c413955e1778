//! `ticket:created` adds the copy of a ticket.

use ticketing_bus::{Effect, Handler};
use ticketing_events::TicketCreated;
use ticketing_platform::db::{DbError, Tx};

use crate::store;

/// Handles `ticket:created`.
#[derive(Clone, Debug)]
pub struct OnTicketCreated;

impl Handler for OnTicketCreated {
    type Event = TicketCreated;

    fn handle(&self, tx: &mut Tx<'_>, event: &TicketCreated) -> Result<Effect, DbError> {
        store::create_ticket(tx, event)
    }
}
