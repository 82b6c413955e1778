//! The routes of the marketplace; the path is the call.

mod auth;
mod orders;
mod passes;
mod payments;
mod tickets;

pub use auth::Auth;
pub use orders::{ListOrders, Orders};
pub use passes::{ListPasses, Passes};
pub use payments::{CardEntry, CardToken, ListPayments, Payments};
pub use tickets::{ListTickets, TicketSort, Tickets};
