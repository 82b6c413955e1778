//! The effect of an event on a copy, by versions.

/// The effect of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
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
pub fn next_step(known: Option<i64>, version: i64) -> Effect {
    let next = known.map_or(0, |known| known + 1);
    match version.cmp(&next) {
        std::cmp::Ordering::Less => Effect::Duplicate,
        std::cmp::Ordering::Equal => Effect::Done,
        std::cmp::Ordering::Greater => Effect::OutOfOrder,
    }
}
