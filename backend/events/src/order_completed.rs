//! `order:completed`: a purchase was paid.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{Money, OrderId, TicketId, UserId};

/// A purchase was paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderCompleted {
    /// The order.
    pub id: OrderId,
    /// The version of the order that this made.
    pub version: i64,
    /// The buyer. Older versions do not state it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The ticket that is sold.
    pub ticket: CompletedTicket,
}

/// The ticket that is sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CompletedTicket {
    /// The ticket.
    pub id: TicketId,
    /// The price of the sale. Older versions do not state it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
}
