//! Tests of the routes of the client service, without a network.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod caching;
mod content_coding;
mod paths;
mod policies;
mod support;
