//! What the tests share: a stage on which the pure core plays, what it plays with, and pictures of it.

pub(crate) mod picture;
pub(crate) mod props;
mod stage;

pub(crate) use stage::{NOW, Stage, key_event};

/// Takes the oldest call that is waiting and is like this; the test fails if there is none.
macro_rules! call {
    ($stage:expr, $pattern:pat) => {
        $stage.take_call(stringify!($pattern), |call| matches!(call, $pattern))
    };
}

/// Answers the oldest call that is waiting and is like this.
macro_rules! answer {
    ($stage:expr, $pattern:pat, $reply:expr) => {{
        let id = crate::support::call!($stage, $pattern);
        $stage.reply(id, $reply);
    }};
}

/// How many calls are waiting that are like this.
macro_rules! waiting {
    ($stage:expr, $pattern:pat $(if $guard:expr)?) => {
        $stage.waiting.iter().filter(|(_, call)| matches!(call, $pattern $(if $guard)?)).count()
    };
}

/// How often something was asked of the world that is like this, since it was last looked at.
macro_rules! asked {
    ($stage:expr, $pattern:pat $(if $guard:expr)?) => {
        $stage.effects.iter().filter(|effect| matches!(effect, $pattern $(if $guard)?)).count()
    };
}

pub(crate) use {answer, asked, call, waiting};
