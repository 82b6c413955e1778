//! The events that orders consumes.

use ticketing_bus::{ApplyOutcome, Consumers, ServiceCore};
use ticketing_events::{ExpirationComplete, PaymentAuthorized, PaymentCreated, PaymentFailed, TicketDeleted};
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::OrderId;

use crate::domain::lifecycle::Cause;
use crate::store;

/// Returns the consumer of the service, with the handler of each event.
pub fn consumers(core: &ServiceCore) -> Consumers {
    let of = || core.clone();
    core.consumers("orders-service")
        .on(store::create_ticket)
        .on(store::update_ticket)
        // Keeps an active order of the ticket, unless a door has admitted the pass that it resells. Refuses new orders.
        .on_with_context(of(), |core, tx, event: &TicketDeleted| {
            store::delete_ticket(tx, &core.outbox, event, core.clock.now())
        })
        .on_with_context(of(), |core, tx, event: &ExpirationComplete| {
            advance(core, tx, &event.order_id, Cause::Expired)
        })
        .on_with_context(of(), |core, tx, event: &PaymentAuthorized| {
            advance(core, tx, &event.order_id, Cause::PaymentAuthorized)
        })
        .on_with_context(of(), |core, tx, event: &PaymentCreated| {
            advance(core, tx, &event.order_id, Cause::PaymentCreated)
        })
        .on_with_context(of(), |core, tx, event: &PaymentFailed| {
            advance(core, tx, &event.order_id, Cause::PaymentFailed)
        })
}

fn advance(core: &ServiceCore, tx: &mut Tx<'_>, id: &OrderId, cause: Cause) -> Result<ApplyOutcome, DbError> {
    store::advance(tx, &core.outbox, id, cause, core.clock.now())
}
