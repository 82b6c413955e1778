//! The pure core, from outside: events in, effects and pictures out.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod flows;
mod looks;
mod styles;
mod support;
mod walk;
