//! The payments service: authorizes the card, waits for orders to confirm, then captures.

pub mod audit;
mod consumers;
pub mod domain;
mod in_flight;
pub mod provider;
mod router;
mod routes;
pub mod store;
mod subscriptions;
mod worker;

use std::sync::Arc;

use axum::extract::FromRef;
use ticketing_bus::{Bus, ServiceCore};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Database, Migrations, OpenError};
use ticketing_platform::limits::{WriteLimit, WriteRate};
use ticketing_platform::session::Sessions;
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::visibility::VisibilityWaiter;
use utoipa_axum::router::OpenApiRouter;

pub use domain::{PaymentTimeouts, TimeoutsError};
pub use provider::{Provider, SimulatedProvider, StripeProvider, StripeSettings, StripeTimeouts};

use in_flight::InFlightRequests;
use subscriptions::PaymentSubscriptions;
use worker::PaymentWorker;
pub use worker::call_provider;

/// The path of the card provider's webhook, which authenticates by signature instead of session.
pub const WEBHOOK_PATH: &str = "/api/payments/webhook";
/// The largest webhook body, in bytes: an event of Stripe contains a whole object, which can be larger than any request of
/// a client. Every proxy in front has the same limit.
pub const WEBHOOK_BODY_LIMIT: u64 = ticketing_platform::http::LARGEST_BODY;

/// The tables of this service.
pub const MIGRATIONS: Migrations = Migrations {
    part: "payments",
    scripts: &[("V1__payments", include_str!("../migrations/V1__payments.sql"))],
};

/// The dependencies and settings of the service.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The database.
    pub database: Database,
    /// The clock of the marketplace.
    pub clock: Clock,
    /// The session verifier.
    pub sessions: Sessions,
    /// The card provider.
    pub provider: Arc<dyn Provider>,
    /// The timeouts of provider calls and requests.
    pub timeouts: PaymentTimeouts,
    /// The write rate limit of an account.
    pub writes: WriteRate,
    /// Ends waits for outcomes at shutdown.
    pub shutdown: Shutdown,
}

/// The service. Clones share it.
#[derive(Clone, Debug, FromRef)]
pub struct App {
    core: ServiceCore,
    sessions: Sessions,
    timeouts: PaymentTimeouts,
    provider: Arc<dyn Provider>,
    worker: PaymentWorker,
    subscriptions: PaymentSubscriptions,
    in_flight: InFlightRequests,
    writes: WriteLimit,
    visibility: VisibilityWaiter,
    shutdown: Shutdown,
}

/// Why the service cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The database cannot be opened, migrated or read.
    #[error(transparent)]
    Core(#[from] OpenError),
    /// The timeouts are not nested.
    #[error(transparent)]
    PaymentTimeouts(#[from] TimeoutsError),
}

impl App {
    /// Opens the database.
    ///
    /// # Errors
    /// Fails if the database cannot be opened, migrated or read, or if the provider timeouts exceed the step timeout.
    pub async fn open(settings: Settings) -> Result<Self, StartError> {
        let Settings { database, clock, sessions, provider, timeouts, writes, shutdown } = settings;
        timeouts.check(provider.longest_call())?;
        let writes = WriteLimit::new(writes, clock.clone());
        let core = ServiceCore::open_with_sessions(database, clock.clone(), &sessions, MIGRATIONS).await?;
        let visibility = VisibilityWaiter::new(clock, core.applied.clone(), core.db.clone(), "orders");
        let subscriptions = PaymentSubscriptions::default();
        let worker = PaymentWorker::new(core.clone(), provider.clone(), timeouts, subscriptions.clone());
        let in_flight = InFlightRequests::default();
        Ok(Self {
            core,
            sessions,
            timeouts,
            provider,
            worker,
            subscriptions,
            in_flight,
            writes,
            visibility,
            shutdown,
        })
    }

    /// Returns the routes, with their documentation.
    pub fn router(&self) -> OpenApiRouter {
        router::router().with_state(self.clone())
    }

    /// Starts the relay, the consumers and the payment worker, which first continues the steps of an earlier run.
    pub fn start(&self, bus: &Bus, shutdown: &Shutdown) {
        self.core.start(bus, Some(self.consumers()), shutdown);
        shutdown.spawn(self.worker.clone().run(shutdown.clone()));
        self.core.start_pruning(shutdown, store::prune);
    }

    /// Returns the core of the service.
    pub fn core(&self) -> &ServiceCore {
        &self.core
    }
}
