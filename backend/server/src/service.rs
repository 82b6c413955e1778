//! The services of the marketplace.

use ticketing_bus::ServiceCore;
use ticketing_platform::db::Migrations;

/// A service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Service {
    /// Accounts and sessions.
    Auth,
    /// Listings and passes.
    Tickets,
    /// Reservations.
    Orders,
    /// Payments.
    Payments,
    /// The deadlines of reservations.
    Expiration,
    /// Pages for a browser.
    Client,
}

impl Service {
    /// Every service.
    pub const ALL: [Self; 6] =
        [Self::Auth, Self::Tickets, Self::Orders, Self::Payments, Self::Expiration, Self::Client];

    /// The services that have a database and publish events.
    pub const STATEFUL: [Self; 5] =
        [Self::Auth, Self::Tickets, Self::Orders, Self::Payments, Self::Expiration];

    /// Returns the name: of its command, its database and its schema.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns the prefixes of its routes in the API.
    pub const fn paths(self) -> &'static [&'static str] {
        match self {
            Self::Auth => &["/api/users"],
            Self::Tickets => &["/api/tickets", "/api/passes"],
            Self::Orders => &["/api/orders"],
            Self::Payments => &["/api/payments"],
            Self::Expiration | Self::Client => &[],
        }
    }

    /// Returns whether it has a database and publishes events.
    pub const fn is_stateful(self) -> bool {
        !matches!(self, Self::Client)
    }

    /// Returns whether the ingress routes requests to it.
    pub const fn is_public(self) -> bool {
        !matches!(self, Self::Expiration)
    }

    /// Returns whether it verifies sessions.
    pub const fn has_sessions(self) -> bool {
        self.is_public() && self.is_stateful()
    }

    /// Returns its tables.
    pub(crate) fn tables(self) -> Vec<Migrations> {
        let own = match self {
            Self::Auth => ticketing_auth::MIGRATIONS,
            Self::Tickets => ticketing_tickets::MIGRATIONS,
            Self::Orders => ticketing_orders::MIGRATIONS,
            Self::Payments => ticketing_payments::MIGRATIONS,
            Self::Expiration => return vec![ticketing_expiration::MIGRATIONS],
            Self::Client => return Vec::new(),
        };
        ServiceCore::parts_with_sessions(own).to_vec()
    }
}
