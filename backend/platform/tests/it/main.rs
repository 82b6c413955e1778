//! The platform over real loopback sockets and a real database.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails on an unexpected error")]

mod bodies;
mod connection_limits;
mod databases;
mod deferred_statements;
mod drain;
mod edge;
mod error_responses;
mod health;
mod idempotency;
mod moved_files;
mod origins;
mod outages;
mod postgres;
mod sessions;
mod slow_clients;
mod traces;
mod wire;
mod wire_errors;
