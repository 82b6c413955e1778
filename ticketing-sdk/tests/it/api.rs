//! The typed calls, answered by the mock.

mod auth;
mod orders;
mod passes;
mod payments;
mod tickets;
mod timelines;
