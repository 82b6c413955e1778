//! The units of work of orders, in SQL.

mod open;
mod orders;
mod tickets;

pub use orders::{CancelError, Moved, NewOrder, ReserveError, advance, cancel, find, list, reserve};
pub use tickets::{TicketCopy, create_ticket, delete_ticket, ticket, update_ticket};
