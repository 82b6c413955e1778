//! Orders: a ticket held for a buyer until it is paid for or the hold runs out.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Money, OrderId, TicketId, Timestamp, UserId, words};

/// A buyer's hold on a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// Which order.
    pub id: OrderId,
    /// Who buys.
    pub user_id: UserId,
    /// How far it is.
    pub status: OrderStatus,
    /// When the hold ends unless it is paid for.
    pub expires_at: Timestamp,
    /// The ticket as it was when ordered.
    pub ticket: OrderedTicket,
    /// Rises by one with each change, from 0.
    #[serde(default)]
    pub version: i64,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

impl Order {
    /// How long the order still holds its ticket, unless it is paid for: `None` once it is paid for, being paid for or
    /// cancelled, and zero where the hold has run out and its end has not been recorded yet. `now` is the server's time.
    ///
    /// ```
    /// # use ticketing_sdk::{Order, Timestamp};
    /// # fn example(order: &Order, server_time: Timestamp) {
    /// match order.time_left(server_time) {
    ///     Some(left) if left.is_zero() => println!("the reservation has run out"),
    ///     Some(left) => println!("{} s left to pay", left.as_secs()),
    ///     None => println!("{}", order.status),
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn time_left(&self, now: Timestamp) -> Option<Duration> {
        (self.status == OrderStatus::Created).then(|| self.expires_at.saturating_since(now))
    }
}

/// How far an order is. `complete` and `cancelled` are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderStatus {
    /// The ticket is held and can be paid for.
    Created,
    /// A payment is authorised and being taken; the hold no longer expires.
    AwaitingPayment,
    /// Paid.
    Complete,
    /// Cancelled by its buyer, or expired.
    Cancelled,
}

words!(OrderStatus, "order status", {
    Created => "created", AwaitingPayment => "awaiting:payment", Complete => "complete", Cancelled => "cancelled",
});

impl OrderStatus {
    /// Whether nothing can change it any more.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Complete | Self::Cancelled)
    }
}

/// The ticket of an order, as it was when ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct OrderedTicket {
    /// Which ticket.
    pub id: TicketId,
    /// What it admits to, in its seller's words.
    pub title: String,
    /// What the order costs, in US dollars.
    pub price: Money,
    /// The version of the ticket that was ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// What a buyer says to order a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewOrder {
    /// The ticket to hold.
    pub ticket_id: TicketId,
    /// The price that the buyer saw, in US dollars. Where it costs something else by now, the order is refused with
    /// `price_changed`; without it, the order is made at whatever the ticket costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
}
