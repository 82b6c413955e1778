//! The rules of tickets, without I/O.

pub mod hold;
pub mod pass;
pub mod terms;
pub mod ticket_query;
pub mod title;
