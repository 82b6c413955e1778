//! The report of an audit.

use std::collections::HashSet;
use std::fmt;

/// A violation of an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The subject that breaks the invariant, and its state: equal in two audits only if nothing has changed it.
    pub item: String,
    /// How it breaks the invariant, in one line.
    pub text: String,
    /// The ticket, order or payment whose unfinished work explains the violation; `None` if no unfinished work can.
    pub subject: Option<String>,
}

impl Violation {
    /// Creates the violation that `text` states; `item` is what breaks the invariant.
    pub fn new(item: impl Into<String>, text: impl Into<String>) -> Self {
        Self { item: item.into(), text: text.into(), subject: None }
    }

    /// Names the ticket, order or payment whose unfinished work explains the violation.
    #[must_use]
    pub fn with_subject(mut self, subject: &str) -> Self {
        self.subject = Some(subject.to_owned());
        self
    }
}

impl From<String> for Violation {
    /// Creates a violation whose text states the item and its state.
    fn from(text: String) -> Self {
        Self { item: text.clone(), text, subject: None }
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
    /// The invariant in a few words.
    pub name: &'static str,
    /// The number of items that were checked.
    pub examined: usize,
    /// The violations.
    pub broken: Vec<Violation>,
    /// The violations that unfinished work explains: an event that is not published or not consumed, a step that is due
    /// at the card provider, a deadline that has passed.
    pub pending: Vec<Violation>,
}

impl Check {
    /// Returns whether the invariant holds: nothing breaks it, and nothing is pending.
    pub fn holds(&self) -> bool {
        self.broken.is_empty() && self.pending.is_empty()
    }
}

/// The report of an audit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The invariants, by number.
    pub checks: Vec<Check>,
    /// The number of unfinished items at the end of the audit: events, payments, deadlines.
    pub unsettled: u64,
}

/// How many violations of each invariant are shown; further ones are counted.
const MAX_SHOWN: usize = 10;

impl Report {
    /// Returns whether every invariant holds, and nothing is pending.
    pub fn is_clean(&self) -> bool {
        self.checks.iter().all(Check::holds)
    }

    /// Returns whether unfinished work explains everything that does not hold: the marketplace cannot be judged before
    /// that work is finished.
    pub fn is_unsettled(&self) -> bool {
        self.count_violations() == 0 && !self.is_clean()
    }

    /// Returns the number of violations.
    pub fn count_violations(&self) -> usize {
        self.checks.iter().map(|check| check.broken.len()).sum()
    }

    /// Keeps the violations that an earlier audit has found in the same state. A violation is pending if unfinished
    /// work explains it in either audit.
    #[must_use]
    pub fn retain_confirmed(mut self, earlier: &Self) -> Self {
        for check in &mut self.checks {
            let before = earlier.checks.iter().find(|before| before.name == check.name);
            let items = |found: fn(&Check) -> &Vec<Violation>| -> HashSet<&str> {
                before.into_iter().flat_map(found).map(|violation| &*violation.item).collect()
            };
            let (broken, pending) = (items(|check| &check.broken), items(|check| &check.pending));
            let explained = check.broken.extract_if(.., |violation| !broken.contains(&*violation.item));
            check.pending.extend(explained);
            check.pending.retain(|found| broken.contains(&*found.item) || pending.contains(&*found.item));
        }
        self
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match (self.broken.is_empty(), self.pending.is_empty()) {
            (false, _) => "BROKEN",
            (true, false) => "pending",
            (true, true) => "ok",
        };
        write!(f, "{:>2} {:<7} {} ({} examined)", self.number, mark, self.name, self.examined)?;
        write_lines(f, &self.broken, "")?;
        write_lines(f, &self.pending, if self.broken.is_empty() { "" } else { "pending: " })
    }
}

fn write_lines(f: &mut fmt::Formatter<'_>, found: &[Violation], prefix: &str) -> fmt::Result {
    for line in found.iter().take(MAX_SHOWN) {
        write!(f, "\n           {prefix}{line}")?;
    }
    match found.len().checked_sub(MAX_SHOWN) {
        Some(more) if more > 0 => write!(f, "\n           {prefix}and {more} more"),
        _ => Ok(()),
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

    fn report(broken: &[&str], pending: &[&str]) -> Report {
        let found =
            |items: &[&str]| items.iter().map(|item| Violation::from((*item).to_owned())).collect::<Vec<_>>();
        let (broken, pending) = (found(broken), found(pending));
        Report {
            checks: vec![Check { number: 10, name: "a check", examined: 1, broken, pending }],
            unsettled: 1,
        }
    }

    #[test]
    fn pending_findings_are_no_violations_and_not_called_broken() {
        let pending = report(&[], &["a copy lags"]);
        assert!(pending.is_unsettled() && !pending.is_clean() && pending.count_violations() == 0);
        assert_eq!(pending.to_string(), "10 pending a check (1 examined)\n           a copy lags\n");
        let both = report(&["money is kept"], &["a copy lags"]);
        assert!(!both.is_unsettled() && both.count_violations() == 1);
        let lines =
            "10 BROKEN  a check (1 examined)\n           money is kept\n           pending: a copy lags\n";
        assert_eq!(both.to_string(), lines);
    }

    #[test]
    fn violation_is_confirmed_if_no_audit_explains_it() {
        let confirmed = report(&["a", "b", "new"], &["c"]).retain_confirmed(&report(&["a", "c"], &["b"]));
        assert_eq!(confirmed, report(&["a"], &["c", "b"]));
        assert_eq!(confirmed.retain_confirmed(&report(&[], &[])), report(&[], &[]));
    }
}
