//! `order:completed` records that the order is paid.

use ticketing_bus::{Effect, Handler};
use ticketing_events::OrderCompleted;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::OrderStatus;

use crate::store;

/// Handles `order:completed`.
#[derive(Clone, Debug)]
pub struct OnOrderCompleted;

impl Handler for OnOrderCompleted {
    type Event = OrderCompleted;

    fn handle(&self, tx: &mut Tx<'_>, event: &OrderCompleted) -> Result<Effect, DbError> {
        store::cancel_timer(tx, &event.id, OrderStatus::Complete, event.version)
    }
}
