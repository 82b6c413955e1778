//! The service as its clients meet it: the real router over a database in a folder of its own.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail the test")]

mod addresses;
mod document;
mod publishing;
mod routes;
mod secrets;
mod support;
