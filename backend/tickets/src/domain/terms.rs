//! The terms of a ticket, which an order fixes.

use ticketing_sdk::{Money, Ticket, TicketDetails};

/// The terms of a ticket. A sale stands at the terms that were ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The title.
    pub title: String,
    /// The price.
    pub price: Money,
    /// The details.
    pub details: TicketDetails,
}

impl From<&Ticket> for Terms {
    /// Returns the terms of a ticket.
    fn from(ticket: &Ticket) -> Self {
        let Ticket { title, price, details, .. } = ticket.clone();
        Self { title, price, details }
    }
}

impl Terms {
    /// Sets the terms of a ticket.
    pub fn show_in(self, ticket: &mut Ticket) {
        let Self { title, price, details } = self;
        (ticket.title, ticket.price, ticket.details) = (title, price, details);
    }
}

/// The terms of an order, as far as they are known: older versions state fewer of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderedTerms {
    /// The title that was ordered.
    pub title: Option<String>,
    /// The price that was ordered.
    pub price: Option<Money>,
    /// The details that were ordered.
    pub details: Option<TicketDetails>,
}

impl OrderedTerms {
    /// Returns these terms, completed by those of `listed`.
    pub fn or(&self, listed: &Terms) -> Terms {
        let Self { title, price, details } = self.clone();
        Terms {
            title: title.unwrap_or_else(|| listed.title.clone()),
            price: price.unwrap_or(listed.price),
            details: details.unwrap_or_else(|| listed.details.clone()),
        }
    }
}
