//! The events that orders listens to, one file each.

mod expiration_complete;
mod payment_authorized;
mod payment_created;
mod payment_failed;
mod ticket_created;
mod ticket_deleted;
mod ticket_updated;

pub use expiration_complete::OnExpirationComplete;
pub use payment_authorized::OnPaymentAuthorized;
pub use payment_created::OnPaymentCreated;
pub use payment_failed::OnPaymentFailed;
pub use ticket_created::OnTicketCreated;
pub use ticket_deleted::OnTicketDeleted;
pub use ticket_updated::OnTicketUpdated;
