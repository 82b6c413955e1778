//! `order:completed`: updates the copy of the order.

use ticketing_bus::{Effect, Handler};
use ticketing_events::OrderCompleted;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::OrderStatus;

use crate::store;

/// Handles `order:completed`.
#[derive(Clone, Copy, Debug)]
pub struct OnOrderCompleted;

impl Handler for OnOrderCompleted {
    type Event = OrderCompleted;

    fn handle(&self, tx: &mut Tx<'_>, event: &OrderCompleted) -> Result<Effect, DbError> {
        store::update_order_status(tx, &event.id, event.version, OrderStatus::Complete)
    }
}
