//! What the pages' server answers, asked without a network.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod caching;
mod coding;
mod paths;
mod policies;
mod support;
