//! The expiration service publishes `expiration:complete` when the deadline of an order passes. The orders service
//! decides whether the order expires.

pub mod audit;
mod consumers;
pub mod store;
mod worker;

use ticketing_bus::{Bus, ServiceCore, spawn_deadline_worker};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Database, Migrations, OpenError};
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::signal::Signal;

pub use store::RETENTION;

/// The tables of this service.
pub const MIGRATIONS: Migrations = Migrations {
    part: "expiration",
    scripts: &[("V1__timers", include_str!("../migrations/V1__timers.sql"))],
};

/// The dependencies of the service.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The database of the service.
    pub database: Database,
    /// The clock that deadlines are compared with.
    pub clock: Clock,
}

/// The expiration service. Clones share its state.
#[derive(Clone, Debug)]
pub struct App {
    core: ServiceCore,
    /// Notifies the worker of a new deadline.
    deadline_added: Signal,
}

impl App {
    /// Opens and migrates the database.
    ///
    /// # Errors
    /// If the database cannot be opened or migrated.
    pub fn open(settings: Settings) -> Result<Self, OpenError> {
        let core = ServiceCore::open(settings.database, settings.clock, &[MIGRATIONS])?;
        Ok(Self { core, deadline_added: Signal::default() })
    }

    /// Starts the relay, the consumers, the worker and the pruning of old rows.
    pub fn start(&self, bus: &Bus, shutdown: &Shutdown) {
        self.core.db.share_signal("timers", &self.deadline_added);
        self.core.start(bus, Some(self.consumers()), shutdown);
        self.core.start_pruning(shutdown, store::prune);
        let core = self.core.clone();
        spawn_deadline_worker(&self.core, "expiry worker", &self.deadline_added, shutdown, move || {
            worker::fire_due(core.clone())
        });
    }

    /// Returns the database, clock, outbox and consumers of the service.
    pub fn core(&self) -> &ServiceCore {
        &self.core
    }
}
