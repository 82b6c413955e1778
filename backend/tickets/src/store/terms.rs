//! The columns of the terms of a ticket.

use ticketing_platform::db::{Arg, DbError};
use ticketing_sdk::text::search_key;
use ticketing_sdk::{EventTime, TicketDetails};

use crate::domain::terms::Terms;

/// The stored start of an event without a start, which sorts last.
pub(super) const NEVER: i64 = i64::MAX;

/// The values of the columns.
pub(super) struct TermColumns {
    title: String,
    title_key: String,
    price: i64,
    details: String,
    venue_key: String,
    starts_at: i64,
}

impl TermColumns {
    /// The names of the columns. Their arguments are `$1` to `$6`; others start at `$7`.
    pub(super) const NAMES: &'static str = "title, title_key, price, details, venue_key, starts_at";
    /// The values in an `INSERT`.
    pub(super) const VALUES: &'static str = "$1, $2, $3, $4, $5, $6";
    /// The assignments in an `UPDATE`.
    pub(super) const ASSIGNMENTS: &'static str = "title = $1, title_key = $2, price = $3, details = $4, venue_key = $5, \
                                                  starts_at = $6";

    /// Returns the values of terms.
    pub(super) fn from_terms(terms: &Terms) -> Result<Self, DbError> {
        Ok(Self {
            title: terms.title.clone(),
            title_key: search_key(&terms.title),
            price: terms.price.cents(),
            details: serde_json::to_string(&terms.details)?,
            venue_key: terms.details.venue.as_deref().map(search_key).unwrap_or_default(),
            starts_at: starts_at(&terms.details),
        })
    }

    /// Returns the arguments, followed by `others`.
    pub(super) fn args<'a>(&'a self, others: &[Arg<'a>]) -> Vec<Arg<'a>> {
        let Self { title, title_key, price, details, venue_key, starts_at } = self;
        let mut args = vec![
            Arg::from(title),
            Arg::from(title_key),
            Arg::from(*price),
            Arg::from(details),
            Arg::from(venue_key),
            Arg::from(*starts_at),
        ];
        args.extend_from_slice(others);
        args
    }
}

/// Returns the start of the event as stored.
pub(super) fn starts_at(details: &TicketDetails) -> i64 {
    details.starts_at.as_ref().map_or(NEVER, |starts| EventTime::instant(starts).as_millis())
}
