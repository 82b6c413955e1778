//! The tests of the SDK, one binary.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod api;
mod certificates;
mod errors;
mod loopback;
mod options;
mod paging;
mod public_items;
mod retries;
mod secrets;
mod sessions;
mod support;
mod types;
mod watch;
mod wire;
