//! `order:created` schedules the timer of the order.

use ticketing_bus::{Effect, Handler};
use ticketing_events::OrderCreated;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::signal::Signal;

use crate::store;

/// Handles `order:created`.
#[derive(Clone, Debug)]
pub struct OnOrderCreated {
    /// Notifies the worker after the commit.
    pub deadline_added: Signal,
}

impl Handler for OnOrderCreated {
    type Event = OrderCreated;

    fn handle(&self, tx: &mut Tx<'_>, event: &OrderCreated) -> Result<Effect, DbError> {
        tx.notify_on_commit(&self.deadline_added);
        store::schedule(tx, &event.id, event.expires_at, event.version)
    }
}
