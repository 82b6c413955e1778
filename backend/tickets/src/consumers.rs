//! The events that tickets consumes.

use ticketing_bus::Consumers;
use ticketing_events::{ListingClosed, OrderCancelled, OrderCompleted, OrderConfirmed, OrderCreated};

use crate::App;
use crate::store::{self, passes};

impl App {
    /// Returns the consumer of the service, with the handler of each event.
    pub fn consumers(&self) -> Consumers {
        let app = || self.clone();
        self.core
            .consumers("tickets-service")
            .on_with_context(app(), |app, tx, event: &OrderCreated| {
                store::reserve(tx, &app.publisher(), event)
            })
            .on(|tx, event: &OrderConfirmed| store::confirm(tx, &event.id, event.version))
            .on_with_context(app(), |app, tx, event: &OrderCompleted| {
                store::complete(tx, &app.publisher(), event)
            })
            .on_with_context(app(), |app, tx, event: &OrderCancelled| {
                store::release(tx, &app.publisher(), &event.id, &event.ticket.id, event.version)
            })
            .on_with_context(app(), |app, tx, event: &ListingClosed| {
                passes::close_listing(tx, &app.publisher(), event)
            })
    }
}
