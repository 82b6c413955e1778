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
}

/// Lines shown of each broken invariant; further ones are counted.
const SHOWN: usize = 10;

impl Report {
    /// Whether every invariant holds.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.checks.iter().all(|check| check.broken.is_empty())
    }

    /// Whether events wait to be published or delivered: what they will change counts as violated until then.
    #[must_use]
    pub fn has_undelivered_events(&self) -> bool {
        self.checks.iter().any(|check| matches!(check.number, 5 | 7) && !check.broken.is_empty())
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
