//! The events in one table: their names, as people see them and as subjects of the bus, and their aggregates.

use strum::VariantArray;

/// A row has the event with its fields of the aggregate and of the version, if it has one, then its name and its meaning.
macro_rules! names {
    ($($variant:ident($aggregate:ident $(, $version:ident)?) = $name:literal, $doc:literal;)+) => {
        /// The name of an event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[derive(strum::Display, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
        pub enum EventName {
            $(#[doc = $doc] #[strum(serialize = $name)] $variant,)+
        }

        $(impl crate::Event for crate::$variant {
            const NAME: EventName = EventName::$variant;

            fn aggregate(&self) -> &str {
                self.$aggregate.as_str()
            }

            $(fn version(&self) -> i64 {
                self.$version
            })?
        })+
    };
}

names! {
    TicketCreated(id, version) = "ticket:created", "A ticket was listed.";
    TicketUpdated(id, version) = "ticket:updated", "A ticket was edited, reserved, released or sold.";
    TicketDeleted(id, version) = "ticket:deleted", "A ticket was withdrawn.";
    PassIssued(id, version) = "pass:issued", "The buyer of a ticket holds a pass.";
    PassTransferred(id, version) = "pass:transferred", "A pass has another holder.";
    PassUpdated(id, version) = "pass:updated", "A pass was offered, is valid again, or a transfer of it began or was taken back.";
    PassAdmitted(id, version) = "pass:admitted", "The holder of a pass has entered.";
    OrderCreated(id, version) = "order:created", "A ticket was reserved.";
    OrderCancelled(id, version) = "order:cancelled", "A reservation ended without a purchase.";
    OrderConfirmed(id, version) = "order:confirmed", "The reservation belongs to an authorized payment.";
    OrderCompleted(id, version) = "order:completed", "A purchase was paid.";
    ListingClosed(ticket_id) = "listing:closed", "A withdrawn ticket will never have an order.";
    ExpirationComplete(order_id) = "expiration:complete", "The deadline of a reservation has passed.";
    PaymentAuthorized(id) = "payment:authorized", "The card can be charged.";
    PaymentCreated(id) = "payment:created", "The card was charged.";
    PaymentFailed(id) = "payment:failed", "The provider refused the charge for good.";
    PaymentRefunded(id) = "payment:refunded", "An authorization was voided or a charge was refunded.";
    SessionEnded(jti) = "session:ended", "A user signed out.";
}

impl EventName {
    /// Every event there is.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Returns the name as it is written everywhere: `ticket:created`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the subject on the bus of this event of `aggregate`: `ticketing.ticket.created.<aggregate>`.
    pub fn subject(self, aggregate: &str) -> String {
        format!("ticketing.{}.{aggregate}", self.as_str().replace(':', "."))
    }
}
