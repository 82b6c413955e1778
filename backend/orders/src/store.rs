//! The units of work of orders, in SQL.

mod closed_listings;
mod open;
mod orders;
mod reorder;
mod reserve;
mod tickets;
mod timeline;

pub use orders::{CancelError, advance, cancel, find, list};
pub use reorder::prune;
pub use reserve::{NewOrder, ReserveError, reserve};
pub use tickets::{TicketCopy, create_ticket, delete_ticket, ticket, update_ticket};
pub use timeline::timeline;
