//! The exit codes: one enum, from which the help text is made.

use std::fmt::Write as _;

/// How a run of the program ended. The number is what the shell sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done = 0,
    Failed = 1,
    Usage = 2,
    NotFound = 3,
    NotAllowed = 4,
    Conflict = 5,
    Declined = 6,
    Unreachable = 7,
    Violated = 8,
    NotSettled = 9,
    Refused = 10,
    Interrupted = 130,
}

impl Exit {
    /// Every code with its meaning, in the order of its number.
    pub(crate) const MEANINGS: [(Self, &str); 12] = [
        (Self::Done, "done"),
        (Self::Failed, "failed"),
        (Self::Usage, "wrong usage, a wrong setting, or a value that the server refuses"),
        (Self::NotFound, "not found"),
        (Self::NotAllowed, "not signed in, or not allowed"),
        (Self::Conflict, "conflict: reserved, expired, already paid, already listed"),
        (Self::Declined, "the card was declined"),
        (Self::Unreachable, "the server cannot be reached"),
        (Self::Violated, "the audit found invariant violations"),
        (Self::NotSettled, "work is unfinished: an audit without verdict, or a write of unknown outcome"),
        (Self::Refused, "the door refused a pass"),
        (Self::Interrupted, "interrupted"),
    ];

    /// The number that the shell sees.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    /// The table of the help text.
    pub(crate) fn help() -> String {
        let mut text = String::from("Exit codes:\n");
        for (exit, meaning) in Self::MEANINGS {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {:>3}  {meaning}", exit.code());
        }
        text
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_names_every_exit_code_once_in_order() {
        let codes: Vec<u8> = Exit::help()
            .lines()
            .skip(1)
            .map(|line| line.split_whitespace().next().unwrap().parse().unwrap())
            .collect();
        assert_eq!(codes, Exit::MEANINGS.map(|(exit, _)| exit.code()));
        assert!(codes.is_sorted());
    }
}
