//! `ticket:created`: a ticket was listed.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{Money, Ticket, TicketDetails, TicketId, UserId};

/// A ticket was listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketCreated {
    /// The ticket.
    pub id: TicketId,
    /// The version of the ticket that this made.
    pub version: i64,
    /// Its title.
    pub title: String,
    /// The price.
    pub price: Money,
    /// The details.
    #[serde(flatten)]
    pub details: TicketDetails,
    /// The seller.
    pub user_id: UserId,
    /// The ticket whose pass it sells on; absent for a first sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resale_of: Option<TicketId>,
}

impl From<&Ticket> for TicketCreated {
    /// Creates the event that lists this ticket.
    fn from(ticket: &Ticket) -> Self {
        Self {
            id: ticket.id.clone(),
            version: ticket.version,
            title: ticket.title.clone(),
            price: ticket.price,
            details: ticket.details.clone(),
            user_id: ticket.user_id.clone(),
            resale_of: ticket.resale_of.clone(),
        }
    }
}
