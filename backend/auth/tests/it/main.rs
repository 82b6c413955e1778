//! Tests of the auth service: its router, on a database in a temporary folder.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail the test")]

mod addresses;
mod document;
mod publishing;
mod routes;
mod secrets;
mod support;
