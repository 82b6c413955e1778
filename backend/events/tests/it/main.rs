//! The contract of the events: names, subjects, exact bodies, and tolerated additions.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod bodies;
mod envelope;
mod names;
mod reading;
mod samples;
