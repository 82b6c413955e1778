//! The expiration service: says when the deadline of a reservation has passed. Orders decides what that means.

mod clockwork;
mod consumers;
pub mod store;

use ticketing_bus::{Bus, Core};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Database, Migrations, OpenError};
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::signal::Signal;

pub use store::RETENTION;

pub use consumers::{OnOrderCancelled, OnOrderCompleted, OnOrderConfirmed, OnOrderCreated};

/// The tables of this service.
pub const MIGRATIONS: Migrations = Migrations {
    part: "expiration",
    scripts: &[
        ("V1__timers", include_str!("../migrations/V1__timers.sql")),
        ("V2__trace", include_str!("../migrations/V2__trace.sql")),
    ],
};

/// Every table of its database, for whoever brings it up to date before the service is opened.
#[must_use]
pub fn tables() -> [Migrations; 1] {
    [MIGRATIONS]
}

/// What the service is given.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its database.
    pub database: Database,
    /// The time.
    pub clock: Clock,
}

/// The service. Clones share it.
#[derive(Clone, Debug)]
pub struct App {
    core: Core,
    /// Rings when a deadline was added.
    armed: Signal,
}

impl App {
    /// Opens the database.
    ///
    /// # Errors
    /// When the database cannot be opened or migrated.
    pub fn open(settings: Settings) -> Result<Self, OpenError> {
        let core = Core::open(settings.database, settings.clock, &[MIGRATIONS])?;
        Ok(Self { core, armed: Signal::default() })
    }

    /// Starts to publish, to listen and to watch the clock.
    pub fn start(&self, bus: &Bus, shutdown: &Shutdown) {
        let consumers = self
            .core
            .consumers("expiration-service")
            .on(OnOrderCreated { armed: self.armed.clone() })
            .on(OnOrderConfirmed)
            .on(OnOrderCompleted)
            .on(OnOrderCancelled);
        self.core.db.share("timers", &self.armed);
        self.core.start(bus, Some(consumers), shutdown);
        self.core.sweep(shutdown, store::prune);
        shutdown.spawn(clockwork::run(self.core.clone(), self.armed.clone(), shutdown.clone()));
    }

    /// The core of the service.
    #[must_use]
    pub fn core(&self) -> &Core {
        &self.core
    }
}
