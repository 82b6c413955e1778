//! The routes of the marketplace; the path is the call.

mod auth;
mod clock;
mod orders;
mod passes;
mod payments;
mod tickets;
mod timelines;

pub use auth::Auth;
pub use clock::MarketClock;
pub use orders::{ListOrders, Orders};
pub use passes::{ListPasses, Passes};
pub use payments::{CardEntry, CardToken, ListPayments, Payments};
pub use tickets::{ListTickets, TicketSort, Tickets};

use crate::Client;

impl Client {
    /// Accounts and sessions: `/api/users`.
    #[must_use]
    pub fn auth(&self) -> Auth {
        Auth::new(self.clone())
    }

    /// Tickets: `/api/tickets`.
    #[must_use]
    pub fn tickets(&self) -> Tickets {
        Tickets::new(self.clone())
    }

    /// Orders: `/api/orders`.
    #[must_use]
    pub fn orders(&self) -> Orders {
        Orders::new(self.clone())
    }

    /// Payments: `/api/payments`.
    #[must_use]
    pub fn payments(&self) -> Payments {
        Payments::new(self.clone())
    }

    /// The movable clock of a marketplace for tests and demonstrations: `/api/clock`.
    #[must_use]
    pub fn clock(&self) -> MarketClock {
        MarketClock::new(self.clone())
    }

    /// Passes and the door: `/api/passes`.
    #[must_use]
    pub fn passes(&self) -> Passes {
        Passes::new(self.clone())
    }
}
