//! The whole marketplace, from outside and from inside.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop")]

mod interleavings;
