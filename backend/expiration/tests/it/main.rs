//! The timers against a real database, and the loop that watches the clock.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod clockwork;
mod store;
mod support;
