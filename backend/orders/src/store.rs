//! The units of work of orders, in SQL.

mod closed_listings;
mod open;
mod orders;
mod reorder;
mod tickets;
mod timeline;

pub use orders::{CancelError, NewOrder, ReserveError, advance, cancel, find, list, reserve};
pub use reorder::prune;
pub use tickets::{TicketCopy, create_ticket, delete_ticket, ticket, update_ticket};
pub use timeline::timeline;
