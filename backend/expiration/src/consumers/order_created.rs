//! `order:created`: there is one more deadline to watch.

use ticketing_bus::{Effect, Handler};
use ticketing_events::OrderCreated;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::signal::Signal;

use crate::store;

/// Handles `order:created`.
#[derive(Clone, Debug)]
pub struct OnOrderCreated {
    /// Rings when a deadline was added.
    pub armed: Signal,
}

impl Handler for OnOrderCreated {
    type Event = OrderCreated;

    fn handle(&self, tx: &mut Tx<'_>, event: &OrderCreated) -> Result<Effect, DbError> {
        tx.ring_on_commit(&self.armed);
        store::arm(tx, &event.id, event.expires_at, event.version)
    }
}
