//! The events as others see them: names, subjects, exact bodies, and what a body may bring along.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod bodies;
mod envelope;
mod names;
mod reading;
mod samples;
