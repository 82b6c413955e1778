//! Short identifiers for tables: the end of an identifier, which is random, where its beginning is a time.

use std::collections::HashSet;

/// The smallest number of characters of a short identifier.
pub(crate) const MIN_SHORT: usize = 8;
/// The longest identifier that is shown whole.
const MAX_WHOLE: usize = 12;

/// Returns the number of characters, at least [`MIN_SHORT`], whose ends distinguish these identifiers.
pub(super) fn length<'a>(ids: impl Iterator<Item = &'a str>) -> usize {
    let ids: HashSet<&str> = ids.collect();
    let longest = ids.iter().map(|id| id.chars().count()).max().unwrap_or(0);
    let is_distinct = |length: &usize| {
        let ends: HashSet<&str> = ids.iter().map(|id| end(id, *length)).collect();
        ends.len() == ids.len()
    };
    (MIN_SHORT..longest).find(is_distinct).unwrap_or(longest.max(MIN_SHORT))
}

/// Returns the short identifier that a table shows, if it is shorter.
pub(crate) fn short_end(id: &str) -> Option<&str> {
    Some(end(id, MIN_SHORT)).filter(|short| short.len() < id.len())
}

/// Returns the end of an identifier, or all of one that is short already.
pub(super) fn end(id: &str, length: usize) -> &str {
    let count = id.chars().count();
    if count <= MAX_WHOLE.max(length) {
        return id;
    }
    id.char_indices().nth(count - length).map_or(id, |(start, _)| &id[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_ids_are_distinct_ends_of_eight_characters_or_more() {
        let (a, b) = ("01a203b9-d806-71eb-8d06-dbab9285e702", "01a203b9-d806-71eb-8d06-dbac9285e702");
        assert_eq!(length([a].into_iter()), 8);
        assert_eq!(end(a, 8), "9285e702");
        let needed = length([a, b, a].into_iter());
        assert_eq!((end(a, needed), end(b, needed)), ("b9285e702", "c9285e702"));
        assert_eq!(end("t1", 8), "t1");
        assert_eq!(length(std::iter::empty()), 8);
    }
}
