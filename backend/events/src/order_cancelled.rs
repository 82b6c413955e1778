//! `order:cancelled`: a reservation ended without a purchase.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{OrderId, TicketId};

use crate::{Event, EventName};

/// A reservation ended without a purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderCancelled {
    /// The order.
    pub id: OrderId,
    /// The version of the order that this made.
    pub version: i64,
    /// The ticket that is free again.
    pub ticket: CancelledTicket,
}

/// The ticket that is free again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CancelledTicket {
    /// The ticket.
    pub id: TicketId,
}

impl Event for OrderCancelled {
    const NAME: EventName = EventName::OrderCancelled;

    fn aggregate(&self) -> &str {
        self.id.as_str()
    }

    fn version(&self) -> i64 {
        self.version
    }
}
