//! `order:completed`: a purchase was paid.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{OrderId, TicketId};

/// A purchase was paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderCompleted {
    /// The order.
    pub id: OrderId,
    /// The version of the order that this made.
    pub version: i64,
    /// The ticket that is sold.
    pub ticket: CompletedTicket,
}

/// The ticket that is sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CompletedTicket {
    /// The ticket.
    pub id: TicketId,
}
