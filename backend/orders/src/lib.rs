//! The orders service, which decides which order holds a ticket.

pub mod audit;
mod consumers;
pub mod domain;
mod router;
mod routes;
pub mod store;

use std::time::Duration;

use axum::extract::FromRef;
use ticketing_bus::{Bus, ServiceCore};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Database, Migrations, OpenError};
use ticketing_platform::limits::{WriteLimit, WriteRate};
use ticketing_platform::session::Sessions;
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::visibility::VisibilityWaiter;
use utoipa_axum::router::OpenApiRouter;

pub use consumers::consumers;

/// The tables of this service.
pub const MIGRATIONS: Migrations =
    Migrations { part: "orders", scripts: &[("V1__orders", include_str!("../migrations/V1__orders.sql"))] };

/// The default duration of a reservation.
pub const DEFAULT_TTL: Duration = Duration::from_secs(15 * 60);
/// The default limit of unpaid orders of a user.
pub const DEFAULT_OPEN_LIMIT: u32 = 20;
/// The default pause after each unpaid reservation, during which other buyers of the ticket come first.
pub const DEFAULT_REORDER_PAUSE: Duration = Duration::from_secs(60);

/// The dependencies and settings of the service.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The database.
    pub database: Database,
    /// The clock.
    pub clock: Clock,
    /// The session verifier.
    pub sessions: Sessions,
    /// The duration of a reservation.
    pub order_ttl: Duration,
    /// The limit of unpaid orders of a user.
    pub open_limit: u32,
    /// The pause after each unpaid reservation, during which other buyers of the ticket come first. Zero: no pause.
    pub reorder_pause: Duration,
    /// The write rate limit of an account.
    pub writes: WriteRate,
}

/// The service. Clones share it.
#[derive(Clone, Debug, FromRef)]
pub struct App {
    core: ServiceCore,
    sessions: Sessions,
    #[from_ref(skip)]
    order_ttl: Duration,
    open_limit: u32,
    #[from_ref(skip)]
    reorder_pause: Duration,
    writes: WriteLimit,
    visibility: VisibilityWaiter,
}

impl App {
    /// Opens the database.
    ///
    /// # Errors
    /// If the database cannot be opened, migrated or read.
    pub async fn open(settings: Settings) -> Result<Self, OpenError> {
        let Settings { database, clock, sessions, order_ttl, open_limit, reorder_pause, writes } = settings;
        let writes = WriteLimit::new(writes, clock.clone());
        let core = ServiceCore::open_with_sessions(database, clock.clone(), &sessions, MIGRATIONS).await?;
        let visibility = VisibilityWaiter::new(clock, core.applied.clone(), core.db.clone(), "tickets");
        Ok(Self { core, sessions, order_ttl, open_limit, reorder_pause, writes, visibility })
    }

    /// Returns the routes, with their documentation.
    pub fn router(&self) -> OpenApiRouter {
        router::router().with_state(self.clone())
    }

    /// Starts the relay, the consumers and the periodic tasks.
    pub fn start(&self, bus: &Bus, shutdown: &Shutdown) {
        let core = &self.core;
        core.start(bus, Some(consumers(&self.core)), shutdown);
        core.start_pruning(shutdown, |tx, now| store::prune(tx, now).map(drop));
    }

    /// Returns the core of the service.
    pub fn core(&self) -> &ServiceCore {
        &self.core
    }
}
