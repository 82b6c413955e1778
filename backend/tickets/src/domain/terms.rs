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
