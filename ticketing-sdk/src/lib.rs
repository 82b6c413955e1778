//! A typed client of the ticketing marketplace, and the home of its wire types.
//!
//! With no features the crate is [`types`] alone: what the services and every client agree on, without I/O.

pub mod types;

pub use types::*;
