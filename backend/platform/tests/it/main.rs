//! The platform over real loopback sockets and a real database.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends where something unexpected happens"
)]

mod bodies;
mod ceilings;
mod databases;
mod dawdling;
mod drain;
mod edge;
mod failures;
mod health;
mod idempotency;
mod moved_files;
mod origins;
mod outages;
mod posted;
mod postgres;
mod sessions;
mod traces;
mod wire;
mod wire_errors;
