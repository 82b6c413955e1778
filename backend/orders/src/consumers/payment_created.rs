//! `payment:created` completes the order.

use ticketing_bus::{Effect, Handler, ServiceCore};
use ticketing_events::PaymentCreated;
use ticketing_platform::db::{DbError, Tx};

use crate::domain::lifecycle::Cause;
use crate::store;

/// Handles `payment:created`.
#[derive(Clone, Debug)]
pub struct OnPaymentCreated {
    /// The core of the service.
    pub core: ServiceCore,
}

impl Handler for OnPaymentCreated {
    type Event = PaymentCreated;

    fn handle(&self, tx: &mut Tx<'_>, event: &PaymentCreated) -> Result<Effect, DbError> {
        let ServiceCore { outbox, clock, .. } = &self.core;
        store::advance(tx, outbox, &event.order_id, Cause::PaymentCreated, clock.now()).map(Effect::from)
    }
}
