//! What an audit found.

use std::collections::HashSet;
use std::fmt;

/// Something that breaks an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What breaks it, and in which state: the same in two looks at a marketplace only where nothing has moved it.
    pub item: String,
    /// How it breaks the invariant, in one line.
    pub text: String,
}

impl Violation {
    /// The violation that `text` states; `item` is what breaks the invariant.
    pub fn new(item: impl Into<String>, text: impl Into<String>) -> Self {
        Self { item: item.into(), text: text.into() }
    }
}

impl From<String> for Violation {
    /// A violation whose text states the item and its state.
    fn from(text: String) -> Self {
        Self { item: text.clone(), text }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// One invariant, and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its number in the list of invariants.
    pub number: u8,
    /// What it says.
    pub name: &'static str,
    /// How many things were looked at.
    pub examined: usize,
    /// What breaks it.
    pub broken: Vec<Violation>,
}

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The invariants, by number.
    pub checks: Vec<Check>,
    /// How many things a server that has stopped has left to be finished by the next one: events, payments, deadlines. 0
    /// beside a running server.
    pub unsettled: u64,
}

/// The invariants that hold at every instant, whatever is under way.
const AT_EVERY_INSTANT: [u8; 5] = [1, 3, 4, 16, 18];
/// The invariants whose violations are things that are left to finish.
const ONCE_FINISHED: [u8; 5] = [5, 6, 7, 11, 13];

/// Lines shown of each broken invariant; further ones are counted.
const SHOWN: usize = 10;

impl Report {
    /// Whether every invariant holds.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.checks.iter().all(|check| check.broken.is_empty())
    }

    /// Whether something is left to be finished, as the violations say, and what may follow from that: it cannot be judged
    /// before. A violation of an invariant that holds at every instant is judged in any case.
    #[must_use]
    pub fn is_unsettled(&self) -> bool {
        let is_violated = |numbers: &[u8]| {
            self.checks.iter().any(|check| numbers.contains(&check.number) && !check.broken.is_empty())
        };
        self.unsettled > 0 && is_violated(&ONCE_FINISHED) && !is_violated(&AT_EVERY_INSTANT)
    }

    /// How many violations were found.
    #[must_use]
    pub fn broken(&self) -> usize {
        self.checks.iter().map(|check| check.broken.len()).sum()
    }

    /// Keeps the violations that an earlier look has found as well, in the same state.
    #[must_use]
    pub fn confirmed_by(mut self, earlier: &Self) -> Self {
        for check in &mut self.checks {
            let before = earlier.checks.iter().find(|before| before.name == check.name);
            let known: HashSet<&str> =
                before.iter().flat_map(|before| &before.broken).map(|violation| &*violation.item).collect();
            check.broken.retain(|violation| known.contains(&*violation.item));
        }
        self
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.broken.is_empty() { "ok" } else { "BROKEN" };
        write!(f, "{:>2} {:<6} {} ({} examined)", self.number, mark, self.name, self.examined)?;
        for line in self.broken.iter().take(SHOWN) {
            write!(f, "\n          {line}")?;
        }
        match self.broken.len().checked_sub(SHOWN) {
            Some(more) if more > 0 => write!(f, "\n          and {more} more"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for check in &self.checks {
            writeln!(f, "{check}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violation_is_judged_where_nothing_is_left_to_finish() {
        let report = |unsettled, numbers: &[u8]| {
            let broken = || vec![Violation::from("a thing".to_owned())];
            let check =
                |number: &u8| Check { number: *number, name: "a check", examined: 1, broken: broken() };
            Report { checks: numbers.iter().map(check).collect(), unsettled }
        };
        assert!(report(3, &[5, 9]).is_unsettled());
        assert!(!report(0, &[5, 9]).is_unsettled());
        // A ticket with two orders is wrong whatever is under way.
        assert!(!report(3, &[1, 5]).is_unsettled());
        // Nothing that is left to finish explains money that is kept.
        assert!(!report(3, &[10]).is_unsettled());
    }
}
