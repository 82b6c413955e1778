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
}

impl Service {
    /// Every service there is.
    pub const ALL: [Self; 5] = [Self::Auth, Self::Tickets, Self::Orders, Self::Payments, Self::Expiration];

    /// Its name: of its command, its database and its schema.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Tickets => "tickets",
            Self::Orders => "orders",
            Self::Payments => "payments",
            Self::Expiration => "expiration",
        }
    }

    /// Below which path it answers, if it does.
    #[must_use]
    pub const fn path(self) -> Option<&'static str> {
        match self {
            Self::Auth => Some("/api/users"),
            Self::Tickets => Some("/api/tickets"),
            Self::Orders => Some("/api/orders"),
            Self::Payments => Some("/api/payments"),
            Self::Expiration => None,
        }
    }

    /// Whether it answers people, who have to be signed in.
    #[must_use]
    pub const fn has_sessions(self) -> bool {
        !matches!(self, Self::Expiration)
    }

    /// Its tables.
    pub(crate) fn tables(self) -> Vec<Migrations> {
        match self {
            Self::Auth => ticketing_auth::tables().to_vec(),
            Self::Tickets => ticketing_tickets::tables().to_vec(),
            Self::Orders => ticketing_orders::tables().to_vec(),
            Self::Payments => ticketing_payments::tables().to_vec(),
            Self::Expiration => ticketing_expiration::tables().to_vec(),
        }
    }
}
