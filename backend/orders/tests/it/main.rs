//! The units of work of orders against a real database, races among them, and what its consumers do.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod consumers;
mod copies;
mod lifecycle;
mod listing;
mod reserve;
mod starts;
mod support;
mod terms;
mod unpublished;
