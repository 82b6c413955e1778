//! The programs are in `src/bin`. The Rust of the README is compiled here, as a test of the documentation.

#![doc = include_str!("../../README.md")]
