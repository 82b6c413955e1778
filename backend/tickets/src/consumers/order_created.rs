//! `order:created`: the ticket is reserved, also one that was edited or withdrawn meanwhile.

use ticketing_bus::{Effect, Handler};
use ticketing_events::OrderCreated;
use ticketing_platform::db::{DbError, Tx};

use crate::domain::terms::OrderedTerms;
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
        let new = store::NewReservation {
            order_id: event.id.clone(),
            ticket_id: event.ticket.id.clone(),
            user_id: event.user_id.clone(),
            terms: OrderedTerms {
                title: event.ticket.title.clone(),
                price: Some(event.ticket.price),
                details: event.ticket.details.clone(),
            },
            version: event.version,
        };
        store::reserve(tx, &self.app.publisher(), &new)
    }
}
