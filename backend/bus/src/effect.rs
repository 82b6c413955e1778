//! The effect of an event on a copy, by versions.

/// The effect of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplyOutcome {
    /// It was applied, or there was nothing to change.
    Done,
    /// It is a duplicate.
    Duplicate,
    /// Its predecessor is missing.
    OutOfOrder,
    /// It is not due by the clock of the marketplace.
    NotDue,
}

/// Compares the version of an event with the version of the copy, `None` if there is no copy. The first version is 0.
#[must_use]
pub fn compare_version(known: Option<i64>, version: i64) -> ApplyOutcome {
    let next = known.map_or(0, |known| known + 1);
    match version.cmp(&next) {
        std::cmp::Ordering::Less => ApplyOutcome::Duplicate,
        std::cmp::Ordering::Equal => ApplyOutcome::Done,
        std::cmp::Ordering::Greater => ApplyOutcome::OutOfOrder,
    }
}
