//! The search by words of a title, the same in the services and in every client.

use super::search_key;

/// The maximum number of words of a search. Further ones are ignored.
const MAX_WORDS: usize = 8;

/// The words of a search: a title matches if it contains all of them, compared by [`search_key`].
///
/// ```
/// use ticketing_sdk::text::{SearchWords, search_key};
///
/// let search = SearchWords::new("CAF\u{c9} day");
/// assert_eq!(search.as_keys(), ["caf\u{e9}", "day"]);
/// assert!(search.matches_key(&search_key("Day 1, Caf\u{e9}")));
/// assert!(search.match_title("Day 1, cafe\u{301}"));
/// assert!(!search.match_title("Night 1, cafe\u{301}"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchWords(Vec<String>);

impl SearchWords {
    /// Reads the words of a search.
    #[must_use]
    pub fn new(search: &str) -> Self {
        Self(search_key(search).split_whitespace().take(MAX_WORDS).map(str::to_owned).collect())
    }

    /// The words, as keys.
    #[must_use]
    pub fn as_keys(&self) -> &[String] {
        &self.0
    }

    /// Returns whether a title contains all of the words. No words match every title.
    #[must_use]
    pub fn match_title(&self, title: &str) -> bool {
        self.matches_key(&search_key(title))
    }

    /// Returns whether a key contains all of the words: that of a title, or [`Ticket::search_key`](crate::Ticket::search_key).
    #[must_use]
    pub fn matches_key(&self, key: &str) -> bool {
        self.0.iter().all(|word| key.contains(word))
    }
}
