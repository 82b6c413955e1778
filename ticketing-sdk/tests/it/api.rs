//! The typed calls, answered by the mock.

mod auth;
mod orders;
mod payments;
mod tickets;
