//! The visible terms of a ticket: those of its listing, or those of the order that holds it.
//!
//! Orders decides which order holds a ticket. An order prevails over a concurrent edit or withdrawal, which takes effect
//! after that order has ended unpaid.

use ticketing_sdk::OrderId;

use super::terms::Terms;

/// The listing of a seller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellerListing {
    /// The terms.
    pub terms: Terms,
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
    /// The ordered terms.
    pub terms: Terms,
}

/// The state of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum ShownState {
    /// It can be ordered.
    Available,
    /// An unpaid order holds it.
    Reserved,
    /// A paid order holds it.
    Sold,
    /// Its seller has withdrawn it.
    Deleted,
}

/// The ticket as buyers see it: the listing, or what the order that holds it has agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveTicket {
    /// The status.
    pub state: ShownState,
    /// The terms.
    pub terms: Terms,
    /// The order that holds it.
    pub order_id: Option<OrderId>,
}

impl ShownState {
    /// Returns the status as stored.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Merges a listing with the order that holds it, if any.
pub fn effective_ticket(listing: &SellerListing, hold: Option<&Hold>) -> EffectiveTicket {
    let state = match hold {
        Some(Hold { is_sold: true, .. }) => ShownState::Sold,
        Some(_) => ShownState::Reserved,
        None if listing.is_withdrawn => ShownState::Deleted,
        None => ShownState::Available,
    };
    EffectiveTicket {
        state,
        terms: hold.map_or(&listing.terms, |hold| &hold.terms).clone(),
        order_id: hold.map(|hold| hold.order_id.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ticketing_sdk::{Money, TicketDetails};

    fn terms(title: &str, cents: i64) -> Terms {
        let details = TicketDetails::default().venue(format!("{title} hall"));
        Terms { title: title.to_owned(), price: Money::from_cents(cents).unwrap(), details }
    }

    fn listing(is_withdrawn: bool) -> SellerListing {
        SellerListing { terms: terms("edited", 3000), is_withdrawn }
    }

    fn hold(is_sold: bool) -> Hold {
        Hold { order_id: OrderId::new("o"), is_sold, terms: terms("ordered", 2000) }
    }

    #[test]
    fn ticket_without_order_shows_its_listing() {
        for (is_withdrawn, state) in [(false, ShownState::Available), (true, ShownState::Deleted)] {
            let shown = effective_ticket(&listing(is_withdrawn), None);
            assert_eq!(shown, EffectiveTicket { state, terms: terms("edited", 3000), order_id: None });
        }
    }

    #[test]
    fn held_ticket_shows_the_terms_ordered_even_if_withdrawn() {
        for is_withdrawn in [false, true] {
            for (is_sold, state) in [(false, ShownState::Reserved), (true, ShownState::Sold)] {
                let shown = effective_ticket(&listing(is_withdrawn), Some(&hold(is_sold)));
                let order_id = Some(OrderId::new("o"));
                assert_eq!(shown, EffectiveTicket { state, terms: terms("ordered", 2000), order_id });
            }
        }
    }
}
