//! `listing:closed`: a withdrawn listing will never be sold; the pass that it offered is valid again.

use ticketing_bus::{Effect, Handler};
use ticketing_events::ListingClosed;
use ticketing_platform::db::{DbError, Tx};

use crate::App;
use crate::store::passes;

/// Handles `listing:closed`.
#[derive(Clone, Debug)]
pub struct OnListingClosed {
    /// The service.
    pub app: App,
}

impl Handler for OnListingClosed {
    type Event = ListingClosed;

    fn handle(&self, tx: &mut Tx<'_>, event: &ListingClosed) -> Result<Effect, DbError> {
        passes::close_listing(tx, &self.app.publisher(), event)
    }
}
