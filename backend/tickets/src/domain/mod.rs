//! The rules of tickets, without I/O.

pub mod listing;
pub mod title;
