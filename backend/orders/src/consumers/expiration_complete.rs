//! `expiration:complete` cancels an unpaid order.

use ticketing_bus::{Effect, Handler, ServiceCore};
use ticketing_events::ExpirationComplete;
use ticketing_platform::db::{DbError, Tx};

use crate::domain::lifecycle::Cause;
use crate::store;

/// Handles `expiration:complete`.
#[derive(Clone, Debug)]
pub struct OnExpirationComplete {
    /// The core of the service.
    pub core: ServiceCore,
}

impl Handler for OnExpirationComplete {
    type Event = ExpirationComplete;

    fn handle(&self, tx: &mut Tx<'_>, event: &ExpirationComplete) -> Result<Effect, DbError> {
        let ServiceCore { outbox, clock, .. } = &self.core;
        store::advance(tx, outbox, &event.order_id, Cause::Expired, clock.now()).map(Effect::from)
    }
}
