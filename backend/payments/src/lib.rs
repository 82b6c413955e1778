//! The payments service: authorise, win, capture. Every other order of these three loses somebody's money.

mod consumers;
pub mod domain;
mod driver;
mod followers;
pub mod provider;
mod router;
mod routes;
mod serving;
pub mod store;

use std::sync::Arc;

use axum::extract::FromRef;
use futures_util::FutureExt;
use ticketing_bus::{Bus, Core, CoreError, SessionEndedHandler};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Database, Migrations};
use ticketing_platform::limits::{WriteLimit, WriteRate};
use ticketing_platform::session::Sessions;
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::visibility::VisibilityWaiter;
use ticketing_platform::{idempotency, session};
use utoipa_axum::router::OpenApiRouter;

pub use consumers::{OnOrderCancelled, OnOrderCompleted, OnOrderConfirmed, OnOrderCreated};
pub use domain::{Pace, PaceError};
pub use provider::{Provider, SimulatedProvider, StripeProvider, StripeSettings, StripeTimeouts};

use driver::Driver;
use followers::Followers;
use serving::Serving;

/// Where the card provider's events are heard: their signature stands for a session.
pub const WEBHOOK_PATH: &str = "/api/payments/webhook";
/// The largest body that is read there, in bytes: an event of Stripe holds a whole object, which may be larger than any
/// request of a client. Every hop on the way has the same limit.
pub const WEBHOOK_BODY_LIMIT: u64 = ticketing_platform::http::LARGEST_BODY;

/// The tables of this service.
pub const MIGRATIONS: Migrations = Migrations {
    part: "payments",
    scripts: &[
        ("V1__payments", include_str!("../migrations/V1__payments.sql")),
        ("V2__notices", include_str!("../migrations/V2__notices.sql")),
        ("V3__trace", include_str!("../migrations/V3__trace.sql")),
        ("V4__confirmation", include_str!("../migrations/V4__confirmation.sql")),
        ("V5__unreached", include_str!("../migrations/V5__unreached.sql")),
    ],
};

/// Every table of its database, for whoever brings it up to date before the service is opened.
#[must_use]
pub fn tables() -> [Migrations; 3] {
    Core::parts_with_sessions(MIGRATIONS)
}

/// What the service is given.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its database.
    pub database: Database,
    /// The time.
    pub clock: Clock,
    /// Who is signed in.
    pub sessions: Sessions,
    /// Who moves the money.
    pub provider: Arc<dyn Provider>,
    /// How patient it is.
    pub pace: Pace,
    /// How much one account may write.
    pub writes: WriteRate,
    /// Ends the wait for outcomes.
    pub shutdown: Shutdown,
}

/// The service. Clones share it.
#[derive(Clone, Debug)]
pub struct App {
    core: Core,
    sessions: Sessions,
    pace: Pace,
    provider: Arc<dyn Provider>,
    driver: Driver,
    followers: Followers,
    serving: Serving,
    writes: WriteLimit,
    visibility: VisibilityWaiter,
    shutdown: Shutdown,
}

/// Why the service could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The database could not be opened, migrated or read.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// The time limits are not nested.
    #[error(transparent)]
    Pace(#[from] PaceError),
}

impl App {
    /// Opens the database.
    ///
    /// # Errors
    /// When the database cannot be opened, migrated or read, or a call of the provider may outlast its step.
    pub async fn open(settings: Settings) -> Result<Self, StartError> {
        let Settings { database, clock, sessions, provider, pace, writes, shutdown } = settings;
        pace.check(provider.longest_call())?;
        let writes = WriteLimit::new(writes, clock.clone());
        let core = Core::open_with_sessions(database, clock.clone(), &sessions, MIGRATIONS).await?;
        let db = core.db.clone();
        let visibility = VisibilityWaiter::new(clock, core.arrived.clone(), move |ids| {
            let db = db.clone();
            async move { db.read(move |tx| store::known_orders(tx, &ids)).await }.boxed()
        });
        let followers = Followers::default();
        let driver = Driver::new(core.clone(), provider.clone(), pace, followers.clone());
        let serving = Serving::default();
        Ok(Self { core, sessions, pace, provider, driver, followers, serving, writes, visibility, shutdown })
    }

    /// The routes, with their documentation.
    #[must_use]
    pub fn router(&self) -> OpenApiRouter {
        router::router().with_state(self.clone())
    }

    /// Starts to publish, to listen, and to do what is owed to the provider: first of all what an earlier run left
    /// behind.
    pub fn start(&self, bus: &Bus, shutdown: &Shutdown) {
        let consumers = self
            .core
            .consumers("payments-service")
            .on(OnOrderCreated)
            .on(OnOrderConfirmed { app: self.clone() })
            .on(OnOrderCompleted)
            .on(OnOrderCancelled { app: self.clone() })
            .on(SessionEndedHandler { revoked: self.sessions.revoked().clone() });
        self.core.start(bus, Some(consumers), shutdown);
        shutdown.spawn(self.driver.clone().run(shutdown.clone()));
        self.core.sweep(shutdown, |tx, now| {
            store::prune(tx, now)?;
            idempotency::prune(tx, now)?;
            session::prune(tx, now).map(drop)
        });
    }

    /// The core of the service.
    #[must_use]
    pub fn core(&self) -> &Core {
        &self.core
    }
}

impl FromRef<App> for Sessions {
    fn from_ref(app: &App) -> Self {
        app.sessions.clone()
    }
}
