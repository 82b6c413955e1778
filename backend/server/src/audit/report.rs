//! What an audit found.

use std::fmt;

/// One invariant, and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its number in the list of invariants.
    pub number: u8,
    /// What it says.
    pub name: &'static str,
    /// How many things were looked at.
    pub examined: usize,
    /// What breaks it, one line each.
    pub broken: Vec<String>,
}

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The invariants, by number.
    pub checks: Vec<Check>,
}

/// Lines shown of each broken invariant; further ones are counted.
const SHOWN: usize = 10;

impl Report {
    /// Whether every invariant holds.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.checks.iter().all(|check| check.broken.is_empty())
    }

    /// How many things break an invariant.
    #[must_use]
    pub fn broken(&self) -> usize {
        self.checks.iter().map(|check| check.broken.len()).sum()
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
