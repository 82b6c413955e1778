//! `listing:closed`: a withdrawn ticket has no order and will never have one.

use serde::{Deserialize, Serialize};
use ticketing_sdk::TicketId;

/// A withdrawn ticket has no order, and will never have one. Published after `ticket:deleted`, once; not a step of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListingClosed {
    /// The ticket.
    pub ticket_id: TicketId,
}
