//! `ticket:created`: a ticket was listed.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{Money, TicketId, UserId};

use crate::{Event, EventName};

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
    /// What it costs.
    pub price: Money,
    /// Who sells it.
    pub user_id: UserId,
}

impl Event for TicketCreated {
    const NAME: EventName = EventName::TicketCreated;

    fn aggregate(&self) -> &str {
        self.id.as_str()
    }

    fn version(&self) -> i64 {
        self.version
    }
}
