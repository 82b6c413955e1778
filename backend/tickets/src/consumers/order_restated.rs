//! `order:restated`: a purchase that an earlier version has completed; its buyer holds a pass.

use ticketing_bus::{Effect, Handler};
use ticketing_events::OrderRestated;
use ticketing_platform::db::{DbError, Tx};

use crate::App;
use crate::store::passes;

/// Handles `order:restated`.
#[derive(Clone, Debug)]
pub struct OnOrderRestated {
    /// The service.
    pub app: App,
}

impl Handler for OnOrderRestated {
    type Event = OrderRestated;

    fn handle(&self, tx: &mut Tx<'_>, event: &OrderRestated) -> Result<Effect, DbError> {
        passes::restate(tx, &self.app.publisher(), event)
    }
}
