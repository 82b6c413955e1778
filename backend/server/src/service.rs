//! The services that a process can be.

use ticketing_platform::db::Migrations;

/// A service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Accounts and sessions.
    Auth,
    /// What is for sale.
    Tickets,
    /// Who has reserved it.
    Orders,
    /// Who has paid for it.
    Payments,
    /// When reservations run out.
    Expiration,
    /// Pages for a browser.
    Client,
}

impl Service {
    /// Every service there is.
    pub const ALL: [Self; 6] =
        [Self::Auth, Self::Tickets, Self::Orders, Self::Payments, Self::Expiration, Self::Client];

    /// Those that know and say something: each has a database, and a place on the bus.
    pub const STATEFUL: [Self; 5] =
        [Self::Auth, Self::Tickets, Self::Orders, Self::Payments, Self::Expiration];

    /// Its name: of its command, and of its database and its schema if it has one.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Tickets => "tickets",
            Self::Orders => "orders",
            Self::Payments => "payments",
            Self::Expiration => "expiration",
            Self::Client => "client",
        }
    }

    /// Below which path of the API it answers, if it does.
    #[must_use]
    pub const fn path(self) -> Option<&'static str> {
        match self {
            Self::Auth => Some("/api/users"),
            Self::Tickets => Some("/api/tickets"),
            Self::Orders => Some("/api/orders"),
            Self::Payments => Some("/api/payments"),
            Self::Expiration | Self::Client => None,
        }
    }

    /// Whether it knows and says something.
    #[must_use]
    pub const fn is_stateful(self) -> bool {
        !matches!(self, Self::Client)
    }

    /// Whether people reach it, through the ingress.
    #[must_use]
    pub const fn is_public(self) -> bool {
        !matches!(self, Self::Expiration)
    }

    /// Whether it looks at who asks.
    #[must_use]
    pub const fn has_sessions(self) -> bool {
        self.is_public() && self.is_stateful()
    }

    /// Its tables.
    pub(crate) fn tables(self) -> Vec<Migrations> {
        match self {
            Self::Auth => ticketing_auth::tables().to_vec(),
            Self::Tickets => ticketing_tickets::tables().to_vec(),
            Self::Orders => ticketing_orders::tables().to_vec(),
            Self::Payments => ticketing_payments::tables().to_vec(),
            Self::Expiration => ticketing_expiration::tables().to_vec(),
            Self::Client => Vec::new(),
        }
    }
}
