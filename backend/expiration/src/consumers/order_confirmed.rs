//! `order:confirmed` cancels the timer: an order that awaits its payment does not expire.

use ticketing_bus::{Effect, Handler};
use ticketing_events::OrderConfirmed;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::OrderStatus;

use crate::store;

/// Handles `order:confirmed`.
#[derive(Clone, Debug)]
pub struct OnOrderConfirmed;

impl Handler for OnOrderConfirmed {
    type Event = OrderConfirmed;

    fn handle(&self, tx: &mut Tx<'_>, event: &OrderConfirmed) -> Result<Effect, DbError> {
        store::cancel_timer(tx, &event.id, OrderStatus::AwaitingPayment, event.version)
    }
}
