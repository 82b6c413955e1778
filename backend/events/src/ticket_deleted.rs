//! `ticket:deleted`: a ticket was withdrawn.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{Ticket, TicketId};

/// A ticket was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketDeleted {
    /// The ticket.
    pub id: TicketId,
    /// The version of the ticket that this made.
    pub version: i64,
}

impl From<&Ticket> for TicketDeleted {
    /// Creates the event that withdraws this ticket.
    fn from(ticket: &Ticket) -> Self {
        Self { id: ticket.id.clone(), version: ticket.version }
    }
}
