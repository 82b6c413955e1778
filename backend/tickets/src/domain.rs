//! The rules of tickets, without I/O.

pub mod hold;
pub mod listing;
pub mod pass;
pub mod terms;
pub mod title;
