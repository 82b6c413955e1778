//! The effect of an event on a copy, by versions.

/// What an event did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It was applied, or it rightly changed nothing.
    Done,
    /// It was applied before: a duplicate.
    Duplicate,
    /// Its predecessor is missing: it must wait.
    OutOfOrder,
    /// It is not due yet by the marketplace's clock.
    NotDue,
}

/// Whether an event that makes `version` of an aggregate can be applied to a copy at version `known` (`None`:
/// there is no copy). The first version is 0.
#[must_use]
pub fn next_step(known: Option<i64>, version: i64) -> Effect {
    let next = known.map_or(0, |known| known + 1);
    match version.cmp(&next) {
        std::cmp::Ordering::Less => Effect::Duplicate,
        std::cmp::Ordering::Equal => Effect::Done,
        std::cmp::Ordering::Greater => Effect::OutOfOrder,
    }
}
