//! Tests of the timer store and of the expiry worker on SQLite and PostgreSQL.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod store;
mod support;
mod worker;
