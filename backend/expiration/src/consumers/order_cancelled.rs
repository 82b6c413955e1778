//! `order:cancelled` cancels the timer of the order.

use ticketing_bus::{Effect, Handler};
use ticketing_events::OrderCancelled;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::OrderStatus;

use crate::store;

/// Handles `order:cancelled`.
#[derive(Clone, Debug)]
pub struct OnOrderCancelled;

impl Handler for OnOrderCancelled {
    type Event = OrderCancelled;

    fn handle(&self, tx: &mut Tx<'_>, event: &OrderCancelled) -> Result<Effect, DbError> {
        store::cancel_timer(tx, &event.id, OrderStatus::Cancelled, event.version)
    }
}
