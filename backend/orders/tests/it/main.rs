//! Tests of orders on real databases: units of work, races and consumers.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod admitted;
mod closed_listings;
mod consumers;
mod copies;
mod lifecycle;
mod listing;
mod reserve;
mod starts;
mod support;
mod terms;
