//! The names of the events, as people see them and as subjects of the bus.

use std::fmt;
use std::str::FromStr;

macro_rules! names {
    ($($variant:ident = $name:literal, $doc:literal;)+) => {
        /// The name of an event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum EventName {
            $(#[doc = $doc] $variant,)+
        }

        impl EventName {
            /// Every event there is.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Returns the name as it is written everywhere: `ticket:created`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

names! {
    TicketCreated = "ticket:created", "A ticket was listed.";
    TicketUpdated = "ticket:updated", "A ticket was edited, reserved, released or sold.";
    TicketDeleted = "ticket:deleted", "A ticket was withdrawn.";
    PassIssued = "pass:issued", "The buyer of a ticket holds a pass.";
    PassTransferred = "pass:transferred", "A pass has another holder.";
    PassUpdated = "pass:updated", "A pass was offered, is valid again, or a transfer of it began or was taken back.";
    PassAdmitted = "pass:admitted", "The holder of a pass has entered.";
    OrderCreated = "order:created", "A ticket was reserved.";
    OrderCancelled = "order:cancelled", "A reservation ended without a purchase.";
    OrderConfirmed = "order:confirmed", "The reservation belongs to an authorized payment.";
    OrderCompleted = "order:completed", "A purchase was paid.";
    OrderRestated = "order:restated", "A purchase that was paid before passes existed is stated again.";
    ListingClosed = "listing:closed", "A withdrawn ticket will never have an order.";
    ExpirationComplete = "expiration:complete", "The deadline of a reservation has passed.";
    PaymentAuthorized = "payment:authorized", "The card can be charged.";
    PaymentCreated = "payment:created", "The card was charged.";
    PaymentFailed = "payment:failed", "The provider refused the charge for good.";
    PaymentRefunded = "payment:refunded", "An authorization was voided or a charge was refunded.";
    SessionEnded = "session:ended", "A user signed out.";
}

impl EventName {
    /// Returns the subject on the bus of this event of `aggregate`: `ticketing.ticket.created.<aggregate>`.
    #[must_use]
    pub fn subject(self, aggregate: &str) -> String {
        format!("ticketing.{}.{aggregate}", self.as_str().replace(':', "."))
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is none of the events'.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no event named {0:?}")]
pub struct UnknownEvent(pub String);

impl FromStr for EventName {
    type Err = UnknownEvent;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.iter().find(|name| name.as_str() == text);
        known.copied().ok_or_else(|| UnknownEvent(text.to_owned()))
    }
}
