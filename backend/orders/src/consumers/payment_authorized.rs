//! `payment:authorized` confirms the order, unless it is cancelled or late.

use ticketing_bus::{Core, Effect, Handler};
use ticketing_events::PaymentAuthorized;
use ticketing_platform::db::{DbError, Tx};

use crate::domain::lifecycle::Cause;
use crate::store;

/// Handles `payment:authorized`.
#[derive(Clone, Debug)]
pub struct OnPaymentAuthorized {
    /// The core of the service.
    pub core: Core,
}

impl Handler for OnPaymentAuthorized {
    type Event = PaymentAuthorized;

    fn handle(&self, tx: &mut Tx<'_>, event: &PaymentAuthorized) -> Result<Effect, DbError> {
        let Core { outbox, clock, .. } = &self.core;
        store::advance(tx, outbox, &event.order_id, Cause::PaymentAuthorized, clock.now()).map(Effect::from)
    }
}
