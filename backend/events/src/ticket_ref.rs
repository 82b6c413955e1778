//! The ticket of an order, in the events after the one that made the order.

use serde::{Deserialize, Serialize};
use ticketing_sdk::TicketId;

/// The ticket of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketRef {
    /// The ticket.
    pub id: TicketId,
}
