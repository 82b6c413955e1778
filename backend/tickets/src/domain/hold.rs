//! What a ticket shows: its seller's listing, or the terms of the order that holds it.
//!
//! Orders is the one judge of who holds a ticket. An edit or a withdrawal that meets an order on its way loses to it,
//! and takes effect once that order has ended unpaid.

use ticketing_sdk::{Money, OrderId};

/// What the seller of a ticket wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The title.
    pub title: String,
    /// What the ticket costs.
    pub price: Money,
    /// Whether the seller has withdrawn the ticket.
    pub is_withdrawn: bool,
}

/// An order that holds a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The order.
    pub order_id: OrderId,
    /// Whether the order is paid.
    pub is_sold: bool,
    /// The title that was ordered; unknown where an older version of orders has published the order.
    pub title: Option<String>,
    /// The price that was ordered; unknown where an older version of tickets has recorded the order.
    pub price: Option<Money>,
}

/// The state of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It can be ordered.
    Available,
    /// An unpaid order holds it.
    Reserved,
    /// A paid order holds it.
    Sold,
    /// Its seller has withdrawn it.
    Deleted,
}

/// What a ticket shows to everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The state.
    pub state: State,
    /// The title.
    pub title: String,
    /// What the ticket costs.
    pub price: Money,
    /// The order that holds it.
    pub order_id: Option<OrderId>,
}

impl State {
    /// The state as it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Reserved => "reserved",
            Self::Sold => "sold",
            Self::Deleted => "deleted",
        }
    }
}

/// What a ticket shows that is listed like this and held by this order, if by any.
#[must_use]
pub fn view(listing: &Listing, hold: Option<&Hold>) -> View {
    let state = match hold {
        Some(Hold { is_sold: true, .. }) => State::Sold,
        Some(_) => State::Reserved,
        None if listing.is_withdrawn => State::Deleted,
        None => State::Available,
    };
    View {
        state,
        title: hold.and_then(|hold| hold.title.clone()).unwrap_or_else(|| listing.title.clone()),
        price: hold.and_then(|hold| hold.price).unwrap_or(listing.price),
        order_id: hold.map(|hold| hold.order_id.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cents(cents: i64) -> Money {
        Money::from_cents(cents).unwrap()
    }

    fn listing(is_withdrawn: bool) -> Listing {
        Listing { title: "edited".to_owned(), price: cents(3000), is_withdrawn }
    }

    fn hold(is_sold: bool) -> Hold {
        Hold {
            order_id: OrderId::new("o"),
            is_sold,
            title: Some("ordered".to_owned()),
            price: Some(cents(2000)),
        }
    }

    #[test]
    fn ticket_without_order_shows_its_listing() {
        for (is_withdrawn, state) in [(false, State::Available), (true, State::Deleted)] {
            let shown = view(&listing(is_withdrawn), None);
            let expected = View { state, title: "edited".to_owned(), price: cents(3000), order_id: None };
            assert_eq!(shown, expected);
        }
    }

    #[test]
    fn held_ticket_shows_the_terms_ordered_even_if_withdrawn() {
        for is_withdrawn in [false, true] {
            for (is_sold, state) in [(false, State::Reserved), (true, State::Sold)] {
                let shown = view(&listing(is_withdrawn), Some(&hold(is_sold)));
                assert_eq!((shown.state, shown.title.as_str(), shown.price), (state, "ordered", cents(2000)));
                assert_eq!(shown.order_id, Some(OrderId::new("o")));
            }
        }
    }

    #[test]
    fn unknown_terms_of_an_order_are_those_of_the_listing() {
        let shown = view(&listing(true), Some(&Hold { title: None, price: None, ..hold(false) }));
        assert_eq!(
            (shown.state, shown.title.as_str(), shown.price),
            (State::Reserved, "edited", cents(3000))
        );
    }
}
