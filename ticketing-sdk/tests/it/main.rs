//! The tests of the SDK, one binary.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod types;
