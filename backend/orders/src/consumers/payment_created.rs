//! `payment:created` completes the order.

use ticketing_bus::{Core, Effect, Handler};
use ticketing_events::PaymentCreated;
use ticketing_platform::db::{DbError, Tx};

use crate::domain::lifecycle::Cause;
use crate::store;

/// Handles `payment:created`.
#[derive(Clone, Debug)]
pub struct OnPaymentCreated {
    /// The core of the service.
    pub core: Core,
}

impl Handler for OnPaymentCreated {
    type Event = PaymentCreated;

    fn handle(&self, tx: &mut Tx<'_>, event: &PaymentCreated) -> Result<Effect, DbError> {
        let Core { outbox, clock, .. } = &self.core;
        store::advance(tx, outbox, &event.order_id, Cause::PaymentCreated, clock.now()).map(Effect::from)
    }
}
