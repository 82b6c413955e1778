//! The common part of the tests: a harness around the pure core, fixtures, and snapshots of the screen.

pub(crate) mod contrast;
pub(crate) mod fixtures;
mod harness;
pub(crate) mod snapshot;

pub(crate) use fixtures::NOW;
pub(crate) use harness::{Harness, Look, is_write, key_event};

/// Takes the oldest call that is pending and matches the pattern; fails the test if there is none.
macro_rules! take_call {
    ($harness:expr, $pattern:pat) => {
        $harness.take_call(stringify!($pattern), |call| matches!(call, $pattern))
    };
}

/// Answers the oldest pending call that matches the pattern.
macro_rules! answer {
    ($harness:expr, $pattern:pat, $reply:expr) => {{
        let id = crate::support::take_call!($harness, $pattern);
        $harness.reply(id, $reply);
    }};
}

/// Counts the pending calls that match the pattern.
macro_rules! count_pending {
    ($harness:expr, $pattern:pat $(if $guard:expr)?) => {
        $harness.pending.iter().filter(|(_, call)| matches!(call, $pattern $(if $guard)?)).count()
    };
}

/// Counts the recorded effects that match the pattern.
macro_rules! count_effects {
    ($harness:expr, $pattern:pat $(if $guard:expr)?) => {
        $harness.effects.iter().filter(|effect| matches!(effect, $pattern $(if $guard)?)).count()
    };
}

pub(crate) use {answer, count_effects, count_pending, take_call};
