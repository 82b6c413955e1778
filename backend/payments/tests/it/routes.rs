//! Mirrors the URLs.

mod payments;
