//! The payments service from outside: its routes, its consumers, its crashes.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod claims;
mod consumers;
mod crash;
mod fixture;
mod outages;
mod provider;
mod routes;
mod stripe;
