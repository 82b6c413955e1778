//! Orders: a ticket held for a buyer until it is paid for or the hold runs out.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    Money, OrderId, Ticket, TicketDetails, TicketId, Timestamp, UserId, setters, text, tolerant, wire_words,
};

/// A buyer's hold on a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Order {
    /// Identifies the order.
    pub id: OrderId,
    /// The buyer.
    pub user_id: UserId,
    /// The status.
    pub status: OrderStatus,
    /// The deadline of the reservation.
    pub expires_at: Timestamp,
    /// The ticket as it was when ordered.
    pub ticket: OrderedTicket,
    /// Rises by one with each change, from 0.
    #[serde(default)]
    pub version: i64,
    /// The time of creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// The reason of a cancellation, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "tolerant")]
    pub cancel_reason: Option<CancelReason>,
}

setters!(Order {
    user_id: into UserId, status: as OrderStatus, expires_at: as Timestamp, ticket: as OrderedTicket,
    version: as i64, created_at: some Timestamp, cancel_reason: some CancelReason,
});

impl Order {
    /// Creates an order of `user_id` that holds a ticket until `expires_at`: with the status `created` and the version 0.
    ///
    /// ```
    /// use ticketing_sdk::{Order, OrderStatus, OrderedTicket};
    ///
    /// let ticket = OrderedTicket::new("t-1", "RustConf, day 1", "149.99".parse()?);
    /// let order = Order::new("o-1", "ada", ticket, "2026-11-22T10:15:00Z".parse()?);
    /// assert_eq!(order.status, OrderStatus::Created);
    /// let paid = order.status(OrderStatus::Complete).version(2);
    /// assert!(paid.status.is_final());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(
        id: impl Into<OrderId>,
        user_id: impl Into<UserId>,
        ticket: OrderedTicket,
        expires_at: Timestamp,
    ) -> Self {
        Self {
            id: id.into(),
            user_id: user_id.into(),
            status: OrderStatus::Created,
            expires_at,
            ticket,
            version: 0,
            created_at: None,
            cancel_reason: None,
        }
    }

    /// Returns the time that is left to pay: `None` once the order is paid, being paid or cancelled, and zero if the
    /// deadline has passed and the expiry is not recorded yet. `now` is the server's time.
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
        (self.status == OrderStatus::Created).then(|| self.expires_at.saturating_duration_since(now))
    }

    /// Returns the status as people read it: `Reserved · 12:03 left`, `Being paid`, `Paid`, `Cancelled` or `Expired`.
    /// `now` is the server's time.
    ///
    /// An order is `Expired` if its deadline has passed and the expiry is not recorded yet. The wire does not state why
    /// an order was cancelled, so an order that the deadline has cancelled is `Cancelled`.
    ///
    /// ```
    /// use ticketing_sdk::{OrderStatus, fixtures};
    ///
    /// let order = fixtures::order("o-1", &fixtures::ticket("t-1")).expires_at("2026-11-22T10:15:00Z".parse()?);
    /// assert_eq!(order.label("2026-11-22T10:02:57Z".parse()?), "Reserved · 12:03 left");
    /// assert_eq!(order.label("2026-11-22T10:15:00Z".parse()?), OrderStatus::EXPIRED_LABEL);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn label(&self, now: Timestamp) -> String {
        match self.time_left(now) {
            None if self.cancel_reason == Some(CancelReason::Expired) => {
                OrderStatus::EXPIRED_LABEL.to_owned()
            }
            None => self.status.label().to_owned(),
            Some(left) if left.is_zero() => OrderStatus::EXPIRED_LABEL.to_owned(),
            Some(left) => format!("{} · {}", self.status.label(), text::time_left(left)),
        }
    }

    /// Returns whether the order was cancelled and its ticket may be available again. `now` is the server's time: sales
    /// end when the event starts.
    ///
    /// ```
    /// use ticketing_sdk::{CancelReason, EventTime, OrderStatus, TicketDetails, fixtures};
    ///
    /// let details = TicketDetails::default().starts_at("2026-12-24T19:30:00+01:00".parse::<EventTime>()?);
    /// let ticket = fixtures::ticket("t-1").details(details);
    /// let mut order = fixtures::order("o-1", &ticket).status(OrderStatus::Cancelled);
    /// assert!(order.allows_reorder("2026-12-24T18:29:59Z".parse()?));
    /// assert!(!order.allows_reorder("2026-12-24T18:30:00Z".parse()?));
    /// order.cancel_reason = Some(CancelReason::Withdrawn);
    /// assert!(!order.allows_reorder("2026-12-24T18:29:59Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn allows_reorder(&self, now: Timestamp) -> bool {
        self.status == OrderStatus::Cancelled
            && self.cancel_reason != Some(CancelReason::Withdrawn)
            && !self.ticket.details.has_started(now)
    }

    /// Returns sentences for the buyer: why the order was cancelled, and what becomes of the ticket and the money. `now` is
    /// the server's time.
    ///
    /// ```
    /// use ticketing_sdk::{CancelReason, OrderStatus, fixtures};
    ///
    /// let order = fixtures::order("o-1", &fixtures::ticket("t-1")).status(OrderStatus::Cancelled);
    /// let words = order.cancellation(CancelReason::Buyer, "2026-12-24T18:30:00Z".parse()?);
    /// assert_eq!(words, "You cancelled this order. Other buyers can order the ticket. You are not charged.");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn cancellation(&self, reason: CancelReason, now: Timestamp) -> String {
        let ticket = match reason {
            CancelReason::Other(_) => return reason.explanation().to_owned(),
            CancelReason::Withdrawn => "It cannot be ordered again.",
            _ if self.ticket.details.has_started(now) => {
                "Its event has started, so it cannot be ordered again."
            }
            _ => "Other buyers can order the ticket.",
        };
        format!("{} {ticket} You are not charged.", reason.explanation())
    }
}

wire_words! {
    /// The status of an order. `complete` and `cancelled` are final.
    ///
    /// ```
    /// use ticketing_sdk::OrderStatus;
    ///
    /// assert_eq!("awaiting:payment".parse(), Ok(OrderStatus::AwaitingPayment));
    /// assert_eq!(OrderStatus::Complete.to_string(), "complete");
    /// ```
    OrderStatus, "order status" {
        /// The ticket is reserved and can be paid for.
        Created = "created", "Reserved";
        /// A payment is authorized and being captured; the reservation no longer expires.
        AwaitingPayment = "awaiting:payment", "Being paid";
        /// Paid.
        Complete = "complete", "Paid";
        /// Cancelled by its buyer, or expired.
        Cancelled = "cancelled", "Cancelled";
    }
}

impl OrderStatus {
    /// The label of an order whose deadline has passed before it was paid.
    pub const EXPIRED_LABEL: &'static str = "Expired";

    /// Returns whether the status is final.
    ///
    /// ```
    /// use ticketing_sdk::OrderStatus;
    ///
    /// assert!(OrderStatus::Cancelled.is_final() && !OrderStatus::AwaitingPayment.is_final());
    /// ```
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Complete | Self::Cancelled)
    }
}

wire_words! {
    /// The reason of a cancellation.
    ///
    /// ```
    /// use ticketing_sdk::CancelReason;
    ///
    /// assert_eq!("payment_failed".parse(), Ok(CancelReason::PaymentFailed));
    /// ```
    CancelReason, "cancel reason" {
        /// Its buyer cancelled it.
        Buyer = "buyer";
        /// It was not paid in time.
        Expired = "expired";
        /// Its ticket was withdrawn.
        Withdrawn = "withdrawn";
        /// Its payment failed for good.
        PaymentFailed = "payment_failed";
    }
}

impl CancelReason {
    /// Returns the reason as a sentence for the buyer. [`Order::cancellation`] adds what becomes of the ticket.
    ///
    /// ```
    /// let reason = ticketing_sdk::CancelReason::Expired;
    /// assert_eq!(reason.explanation(), "The reservation expired before it was paid.");
    /// ```
    #[must_use]
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Buyer => "You cancelled this order.",
            Self::Expired => "The reservation expired before it was paid.",
            Self::Withdrawn => "The ticket was withdrawn from sale.",
            Self::PaymentFailed => "The card was declined at the capture.",
            Self::Other(_) => "The order was cancelled for a reason that this version does not know.",
        }
    }
}

/// The ticket of an order, as it was when ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OrderedTicket {
    /// Identifies the ticket.
    pub id: TicketId,
    /// The title of the event, as its seller wrote it.
    pub title: String,
    /// The price of the order, in US dollars.
    pub price: Money,
    /// The details of the event.
    #[serde(flatten)]
    pub details: TicketDetails,
    /// The version of the ticket that was ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

setters!(OrderedTicket { details: as TicketDetails, version: some i64 });

impl OrderedTicket {
    /// Creates the ticket of an order without details and version. An order of a [`Ticket`] has
    /// `OrderedTicket::from(&ticket)`.
    ///
    /// ```
    /// use ticketing_sdk::{OrderedTicket, fixtures};
    ///
    /// let ordered = OrderedTicket::new("t-1", "A ticket", "20".parse()?).version(0);
    /// assert_eq!(ordered.title, OrderedTicket::from(&fixtures::ticket("t-1")).title);
    /// # Ok::<(), ticketing_sdk::MoneyError>(())
    /// ```
    pub fn new(id: impl Into<TicketId>, title: impl Into<String>, price: Money) -> Self {
        let details = TicketDetails::default();
        Self { id: id.into(), title: title.into(), price, details, version: None }
    }
}

impl From<&Ticket> for OrderedTicket {
    /// Returns the ticket as an order of it stores it.
    fn from(ticket: &Ticket) -> Self {
        Self {
            id: ticket.id.clone(),
            title: ticket.title.clone(),
            price: ticket.price,
            details: ticket.details.clone(),
            version: Some(ticket.version),
        }
    }
}

/// A request to order a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NewOrder {
    /// The ticket to reserve.
    pub ticket_id: TicketId,
    /// The price that the buyer saw, in US dollars. If the ticket has another price now, the order is refused with
    /// `price_changed`. Without this field the current price applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
}

setters!(NewOrder { price: some Money });

impl NewOrder {
    /// Creates a request for a ticket at its current price.
    ///
    /// ```
    /// use ticketing_sdk::NewOrder;
    ///
    /// let new = NewOrder::new("t-1").price("149.99".parse()?);
    /// assert_eq!(serde_json::to_string(&new)?, r#"{"ticketId":"t-1","price":149.99}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(ticket_id: impl Into<TicketId>) -> Self {
        Self { ticket_id: ticket_id.into(), price: None }
    }
}
