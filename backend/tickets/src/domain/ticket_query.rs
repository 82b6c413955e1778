//! The filters and the sort of the list of tickets.

use ticketing_sdk::text::SearchWords;
use ticketing_sdk::{PriceBound, TicketStatus, Timestamp, UserId};

/// A query of the list of tickets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketQuery {
    /// Words that title and venue must contain together, compared by search keys.
    pub words: Vec<String>,
    /// Words that the venue must contain.
    pub venue: Vec<String>,
    /// The earliest start. Events without a start are left out.
    pub from: Option<Timestamp>,
    /// The latest start. Events without a start are left out.
    pub until: Option<Timestamp>,
    /// Only events that start after this, and those without a start.
    pub starts_after: Option<Timestamp>,
    /// The lowest price.
    pub min_price: Option<PriceBound>,
    /// The highest price.
    pub max_price: Option<PriceBound>,
    /// The seller.
    pub seller: Option<UserId>,
    /// The statuses. Empty: any.
    pub statuses: Vec<TicketStatus>,
    /// The sort.
    pub sort: Sort,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum Sort {
    /// The oldest first.
    #[default]
    Oldest,
    /// The newest first.
    Newest,
    /// The cheapest first.
    Price,
    /// The most expensive first.
    #[strum(serialize = "-price")]
    PriceDescending,
    /// By the key of the title.
    Title,
    /// The earliest start first; events without a start last.
    Starts,
}

/// The longest search, in characters.
pub const MAX_QUERY_CHARS: usize = 200;

/// Returns the words of a search.
pub fn words(text: &str) -> Vec<String> {
    SearchWords::new(text).as_keys().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_lower_case_and_bounded() {
        assert_eq!(words("  Rust CONF "), ["rust", "conf"]);
        assert_eq!(words(&"a ".repeat(100)).len(), 8);
    }
}
