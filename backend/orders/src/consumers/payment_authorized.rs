//! `payment:authorized` confirms the order, unless it is cancelled or late.

use ticketing_bus::{Effect, Handler, ServiceCore};
use ticketing_events::PaymentAuthorized;
use ticketing_platform::db::{DbError, Tx};

use crate::domain::lifecycle::Cause;
use crate::store;

/// Handles `payment:authorized`.
#[derive(Clone, Debug)]
pub struct OnPaymentAuthorized {
    /// The core of the service.
    pub core: ServiceCore,
}

impl Handler for OnPaymentAuthorized {
    type Event = PaymentAuthorized;

    fn handle(&self, tx: &mut Tx<'_>, event: &PaymentAuthorized) -> Result<Effect, DbError> {
        let ServiceCore { outbox, clock, .. } = &self.core;
        store::advance(tx, outbox, &event.order_id, Cause::PaymentAuthorized, clock.now()).map(Effect::from)
    }
}
