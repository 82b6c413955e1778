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

/// The routes.
///
/// ```no_run
/// # async fn example(client: ticketing_sdk::Client) -> ticketing_sdk::Result<()> {
/// let user = client.auth().current_user().await?;
/// let ticket = client.tickets().get("5ea9b8f0c1d2e3f405162738").await?;
/// let orders = client.orders().list().all().await?;
/// let payments = client.payments().list().all().await?;
/// let passes = client.passes().list().all().await?;
/// println!("the marketplace has {}", client.clock().get().await?.now);
/// # Ok(()) }
/// ```
impl Client {
    /// Accounts and sessions: `/api/users`.
    #[must_use]
    pub fn auth(&self) -> Auth {
        Auth { client: self.clone() }
    }

    /// Tickets: `/api/tickets`.
    #[must_use]
    pub fn tickets(&self) -> Tickets {
        Tickets { client: self.clone() }
    }

    /// Orders: `/api/orders`.
    #[must_use]
    pub fn orders(&self) -> Orders {
        Orders { client: self.clone() }
    }

    /// Payments: `/api/payments`.
    #[must_use]
    pub fn payments(&self) -> Payments {
        Payments { client: self.clone() }
    }

    /// The movable clock of a marketplace for tests and demonstrations: `/api/clock`.
    #[must_use]
    pub fn clock(&self) -> MarketClock {
        MarketClock { client: self.clone() }
    }

    /// Passes and the door: `/api/passes`.
    #[must_use]
    pub fn passes(&self) -> Passes {
        Passes { client: self.clone() }
    }
}
