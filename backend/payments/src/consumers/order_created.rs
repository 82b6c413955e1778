//! `order:created`: inserts the copy of the order.

use ticketing_bus::{Effect, Handler};
use ticketing_events::OrderCreated;
use ticketing_platform::db::{DbError, Tx};

use crate::store;

/// Handles `order:created`.
#[derive(Clone, Copy, Debug)]
pub struct OnOrderCreated;

impl Handler for OnOrderCreated {
    type Event = OrderCreated;

    fn handle(&self, tx: &mut Tx<'_>, event: &OrderCreated) -> Result<Effect, DbError> {
        store::insert_order(tx, event)
    }
}
