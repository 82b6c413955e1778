//! `ticket:deleted`: a ticket was withdrawn.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{Ticket, TicketId, Timestamp};

/// A ticket was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketDeleted {
    /// The ticket.
    pub id: TicketId,
    /// The version of the ticket that this made.
    pub version: i64,
    /// When a door admitted the pass that the ticket resells, if the ticket is withdrawn for that: an unpaid order of it ends.
    /// Absent if its seller withdrew it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admitted_at: Option<Timestamp>,
}

impl From<&Ticket> for TicketDeleted {
    /// Creates the event with which its seller withdraws this ticket.
    fn from(ticket: &Ticket) -> Self {
        Self { id: ticket.id.clone(), version: ticket.version, admitted_at: None }
    }
}
