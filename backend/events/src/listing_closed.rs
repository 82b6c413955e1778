//! `listing:closed`: a withdrawn ticket has no order and will never have one.

use serde::{Deserialize, Serialize};
use ticketing_sdk::TicketId;

use crate::{Event, EventName};

/// A withdrawn ticket has no order, and will never have one. Published after `ticket:deleted`, once; not a step of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListingClosed {
    /// The ticket.
    pub ticket_id: TicketId,
}

impl Event for ListingClosed {
    const NAME: EventName = EventName::ListingClosed;

    fn aggregate(&self) -> &str {
        self.ticket_id.as_str()
    }

    fn version(&self) -> i64 {
        0
    }
}
