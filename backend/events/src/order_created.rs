//! `order:created`: a ticket was reserved.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{
    Money, Order, OrderId, OrderStatus, OrderedTicket, TicketDetails, TicketId, Timestamp, UserId,
    deserialize_known,
};

/// A ticket was reserved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderCreated {
    /// The order.
    pub id: OrderId,
    /// The version of the order that this made.
    pub version: i64,
    /// Always `created`.
    #[serde(deserialize_with = "deserialize_known")]
    pub status: OrderStatus,
    /// The buyer.
    pub user_id: UserId,
    /// When the reservation ends unless it is paid.
    pub expires_at: Timestamp,
    /// The ordered ticket.
    pub ticket: OrderedTicketRef,
}

/// The ordered ticket, and its terms. The sale stands at this price, under this title and with these details, whatever
/// the seller edits or withdraws meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderedTicketRef {
    /// The ticket.
    pub id: TicketId,
    /// The price in this order.
    pub price: Money,
    /// The title under which it was ordered. The original does not state it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The version of the ticket that was ordered. The original does not state it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// The details of the ticket when it was ordered. The original does not state them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<TicketDetails>,
}

impl From<&Order> for OrderCreated {
    /// Creates the event that makes this order.
    fn from(order: &Order) -> Self {
        Self {
            id: order.id.clone(),
            version: order.version,
            status: order.status,
            user_id: order.user_id.clone(),
            expires_at: order.expires_at,
            ticket: OrderedTicketRef::from(&order.ticket),
        }
    }
}

impl From<&OrderedTicket> for OrderedTicketRef {
    fn from(ticket: &OrderedTicket) -> Self {
        Self {
            id: ticket.id.clone(),
            price: ticket.price,
            title: Some(ticket.title.clone()),
            version: ticket.version,
            details: Some(ticket.details.clone()),
        }
    }
}
