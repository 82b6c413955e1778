//! What an event does to a copy, and when.

/// What an event did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It was applied, or it rightly changed nothing.
    Done,
    /// It was applied before, or is overtaken.
    Duplicate,
    /// Its predecessor has not come yet: it must wait for it.
    OutOfOrder,
    /// Its time has not come yet by the marketplace's clock.
    NotDue,
}

/// Whether an event that makes `version` of an aggregate can be applied to a copy that stands at `known`
/// (`None`: the copy has never heard of it). The first version is 0.
#[must_use]
pub fn next_step(known: Option<i64>, version: i64) -> Effect {
    let next = known.map_or(0, |known| known + 1);
    match version.cmp(&next) {
        std::cmp::Ordering::Less => Effect::Duplicate,
        std::cmp::Ordering::Equal => Effect::Done,
        std::cmp::Ordering::Greater => Effect::OutOfOrder,
    }
}
