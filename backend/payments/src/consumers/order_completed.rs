//! `order:completed`: the purchase is paid; the copy of the order moves on.

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
        store::move_order(tx, &event.id, event.version, OrderStatus::Complete)
    }
}
