//! `order:confirmed`: the reservation belongs to an authorized payment and no longer expires.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{OrderId, TicketId};

use crate::{Event, EventName};

/// The reservation belongs to an authorized payment and no longer expires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderConfirmed {
    /// The order.
    pub id: OrderId,
    /// The version of the order that this made.
    pub version: i64,
    /// The ticket that is held.
    pub ticket: ConfirmedTicket,
}

/// The ticket that is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfirmedTicket {
    /// The ticket.
    pub id: TicketId,
}

impl Event for OrderConfirmed {
    const NAME: EventName = EventName::OrderConfirmed;

    fn aggregate(&self) -> &str {
        self.id.as_str()
    }

    fn version(&self) -> i64 {
        self.version
    }
}
