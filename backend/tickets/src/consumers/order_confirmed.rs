//! `order:confirmed`: the hold belongs to a payment; the copy of the order moves on.

use ticketing_bus::{Effect, Handler};
use ticketing_events::OrderConfirmed;
use ticketing_platform::db::{DbError, Tx};

use crate::store;

/// Handles `order:confirmed`.
#[derive(Clone, Debug)]
pub struct OnOrderConfirmed;

impl Handler for OnOrderConfirmed {
    type Event = OrderConfirmed;

    fn handle(&self, tx: &mut Tx<'_>, event: &OrderConfirmed) -> Result<Effect, DbError> {
        store::confirm(tx, &event.id, event.version)
    }
}
