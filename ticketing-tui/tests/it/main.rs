//! The pure core from outside: events in, effects and screens out.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod flows;
mod random_events;
mod screens;
mod styles;
mod support;
