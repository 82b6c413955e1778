//! The query of the market: filter, range of prices and sort order.

use strum::IntoEnumIterator;
use ticketing_sdk::PriceBound;

/// The query of the market.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Query {
    /// Words that title and venue must hold, loosely.
    pub(crate) text: String,
    pub(crate) min: Option<PriceBound>,
    pub(crate) max: Option<PriceBound>,
    pub(crate) sort: Sort,
    /// Whether what is reserved or sold is hidden.
    pub(crate) available_only: bool,
}

/// The order of what is shown; behind how well it matches, where there is a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, strum::EnumIter)]
pub(crate) enum Sort {
    #[default]
    Soonest,
    Newest,
    Oldest,
    Cheapest,
    MostExpensive,
    Title,
}

impl Sort {
    /// Returns the next sort order.
    pub(crate) fn next(self) -> Self {
        Self::iter().cycle().skip_while(|sort| *sort != self).nth(1).unwrap_or_default()
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Newest => "newest first",
            Self::Oldest => "oldest first",
            Self::Cheapest => "cheapest first",
            Self::MostExpensive => "most expensive first",
            Self::Title => "by title",
            Self::Soonest => "soonest first",
        }
    }
}

impl Query {
    /// Returns whether it leaves anything out, sold and withdrawn tickets aside.
    pub(crate) fn is_narrow(&self) -> bool {
        !self.text.trim().is_empty() || self.min.is_some() || self.max.is_some()
    }
}
