//! The listings of a case, which are derived from the price.

use ticketing_sdk::{DetailsUpdate, FieldUpdate, Money, Timestamp};
use ticketing_tickets::domain::title::Title;
use ticketing_tickets::store::{EditError, NewListing};

use super::model::Terms;

/// Returns terms: some have a venue, some a start within seconds. An edit without details keeps those of `before`.
pub(super) fn terms(title: &str, price: i64, now: i64, before: Option<&Terms>) -> Terms {
    let (venue, starts_at) = match before.filter(|_| keeps_details(price)) {
        Some(before) => (before.venue.clone(), before.starts_at),
        None => (
            (price % 2 == 0).then(|| format!("hall {price}")),
            (price % 3 == 0).then_some(now + price % 4_000),
        ),
    };
    Terms { title: title.to_owned(), price, venue, starts_at }
}

/// Returns a listing of these terms that sets or clears each detail.
pub(super) fn listing(terms: &Terms) -> NewListing {
    let mut details = DetailsUpdate::default();
    details.venue = terms.venue.clone().map_or(FieldUpdate::Clear, FieldUpdate::Set);
    details.starts_at = terms.starts_at.map_or(FieldUpdate::Clear, |starts| {
        FieldUpdate::Set(Timestamp::from_millis(starts).to_string().parse().unwrap())
    });
    let price = Money::from_cents(terms.price).unwrap();
    NewListing { details, ..NewListing::new(Title::parse(&terms.title).unwrap(), price) }
}

/// Returns an edit to these terms.
pub(super) fn edit(terms: &Terms) -> NewListing {
    let new = listing(terms);
    if keeps_details(terms.price) { NewListing { details: DetailsUpdate::default(), ..new } } else { new }
}

fn keeps_details(price: i64) -> bool {
    price % 7 == 0
}

/// Returns the name of a refusal, as the model names it.
pub(super) fn error_name(error: &EditError) -> &'static str {
    match error {
        EditError::NotFound => "not found",
        EditError::NotOwner => "not the owner",
        EditError::Reserved => "reserved",
        EditError::Resale(_) => "a resale",
        other => panic!("{other}"),
    }
}
