//! The units of work of tickets against a real database, and what the events of orders do to them.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail the test")]

mod changes;
mod consumers;
mod details;
mod editing;
mod ended_resales;
mod feed;
mod list;
mod passes;
mod replicas;
mod reservations;
mod support;
