//! The events of the marketplace, one file each, with their names, subjects and envelope.

mod any_name;
mod envelope;
mod expiration_complete;
mod listing_closed;
mod name;
mod order_cancelled;
mod order_completed;
mod order_confirmed;
mod order_created;
mod pass_admitted;
mod pass_issued;
mod pass_transferred;
mod pass_updated;
mod payment_authorized;
mod payment_created;
mod payment_failed;
mod payment_refunded;
mod session_ended;
mod ticket_created;
mod ticket_deleted;
mod ticket_ref;
mod ticket_updated;

pub use any_name::AnyEventName;
pub use envelope::{DecodeError, Envelope};
pub use expiration_complete::ExpirationComplete;
pub use listing_closed::ListingClosed;
pub use name::EventName;
pub use order_cancelled::OrderCancelled;
pub use order_completed::OrderCompleted;
pub use order_confirmed::OrderConfirmed;
pub use order_created::{OrderCreated, OrderedTicketRef};
pub use pass_admitted::PassAdmitted;
pub use pass_issued::PassIssued;
pub use pass_transferred::PassTransferred;
pub use pass_updated::PassUpdated;
pub use payment_authorized::PaymentAuthorized;
pub use payment_created::PaymentCreated;
pub use payment_failed::PaymentFailed;
pub use payment_refunded::PaymentRefunded;
pub use session_ended::SessionEnded;
pub use ticket_created::TicketCreated;
pub use ticket_deleted::TicketDeleted;
pub use ticket_ref::TicketRef;
pub use ticket_updated::TicketUpdated;

/// An event.
pub trait Event: serde::Serialize + serde::de::DeserializeOwned + Send + Sync + 'static {
    /// The name on the bus.
    const NAME: EventName;

    /// Returns the aggregate: the identifier of a ticket, a pass, an order, a payment or a session.
    fn aggregate(&self) -> &str;

    /// Returns the version of the aggregate after the event; 0 for events without a version.
    fn version(&self) -> i64 {
        0
    }
}
