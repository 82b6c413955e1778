//! `ticket:updated` updates the copy of the ticket.

use ticketing_bus::{Effect, Handler};
use ticketing_events::TicketUpdated;
use ticketing_platform::db::{DbError, Tx};

use crate::store;

/// Handles `ticket:updated`.
#[derive(Clone, Debug)]
pub struct OnTicketUpdated;

impl Handler for OnTicketUpdated {
    type Event = TicketUpdated;

    fn handle(&self, tx: &mut Tx<'_>, event: &TicketUpdated) -> Result<Effect, DbError> {
        store::update_ticket(tx, event)
    }
}
