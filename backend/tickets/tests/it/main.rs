//! The units of work of tickets against a real database, and what the events of orders do to them.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod changes;
mod consumers;
mod editing;
mod feed;
mod list;
mod reservations;
mod support;
