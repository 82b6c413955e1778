//! Tests by URL.

mod payments;
