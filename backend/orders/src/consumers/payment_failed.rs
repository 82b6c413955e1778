//! `payment:failed` cancels the order.

use ticketing_bus::{Effect, Handler, ServiceCore};
use ticketing_events::PaymentFailed;
use ticketing_platform::db::{DbError, Tx};

use crate::domain::lifecycle::Cause;
use crate::store;

/// Handles `payment:failed`.
#[derive(Clone, Debug)]
pub struct OnPaymentFailed {
    /// The core of the service.
    pub core: ServiceCore,
}

impl Handler for OnPaymentFailed {
    type Event = PaymentFailed;

    fn handle(&self, tx: &mut Tx<'_>, event: &PaymentFailed) -> Result<Effect, DbError> {
        let ServiceCore { outbox, clock, .. } = &self.core;
        store::advance(tx, outbox, &event.order_id, Cause::PaymentFailed, clock.now()).map(Effect::from)
    }
}
