//! The tickets service: listings, their reservations, passes and the live feed.

pub mod audit;
mod calendar;
mod consumers;
pub mod domain;
mod feed;
mod pages;
mod pass_keys;
mod router;
mod routes;
pub mod store;

use std::sync::Arc;

use axum::extract::FromRef;
use ticketing_bus::{Bus, ServiceCore, spawn_deadline_worker};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Database, DbError, Migrations, OpenError};
use ticketing_platform::http::{StreamSlots, TrustedProxies};
use ticketing_platform::limits::{RateLimit, WriteLimit, WriteRate};
use ticketing_platform::session::Sessions;
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::signal::Signal;
use ticketing_sdk::Timestamp;
use utoipa_axum::router::OpenApiRouter;

use domain::pass::ResaleCap;

pub use feed::Feed;
pub use pass_keys::{PassKeyError, PassSigner};

/// The tables of this service.
pub const MIGRATIONS: Migrations = Migrations {
    part: "tickets",
    scripts: &[("V1__tickets", include_str!("../migrations/V1__tickets.sql"))],
};

/// The largest number of resales that one transaction ends.
const MAX_ENDED: i64 = 100;

/// The limit of claims of passes by an account in a minute.
const CLAIMS_PER_MINUTE: u32 = 10;

/// The dependencies and settings of the service.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The database.
    pub database: Database,
    /// The clock.
    pub clock: Clock,
    /// The session verifier.
    pub sessions: Sessions,
    /// Signs the codes of passes.
    pub pass_signer: PassSigner,
    /// The cap on the price of a resale.
    pub resale_cap: ResaleCap,
    /// The write rate limit of an account.
    pub writes: WriteRate,
    /// The proxies whose forwarding headers are trusted.
    pub proxies: TrustedProxies,
    /// The slots of the live feeds.
    pub streams: StreamSlots,
    /// Ends the live feeds.
    pub shutdown: Shutdown,
}

/// The service. Clones share it.
#[derive(Clone, Debug, FromRef)]
pub struct App {
    core: ServiceCore,
    sessions: Sessions,
    feed: Feed,
    pages: pages::Pages,
    pass_signer: PassSigner,
    resale_cap: ResaleCap,
    claims: Arc<RateLimit>,
    writes: WriteLimit,
    proxies: TrustedProxies,
    streams: StreamSlots,
    shutdown: Shutdown,
}

impl App {
    /// Opens the database.
    ///
    /// # Errors
    /// If the database cannot be opened, migrated or read.
    pub async fn open(settings: Settings) -> Result<Self, OpenError> {
        let clock = settings.clock;
        let (database, sessions) = (settings.database, settings.sessions);
        let core = ServiceCore::open_with_sessions(database, clock.clone(), &sessions, MIGRATIONS).await?;
        let feed = Feed::default();
        Ok(Self {
            sessions,
            pages: pages::Pages::new(feed.change_signal().clone(), core.db.is_shared()),
            core,
            feed,
            pass_signer: settings.pass_signer,
            resale_cap: settings.resale_cap,
            claims: Arc::new(RateLimit::per_minute(CLAIMS_PER_MINUTE, clock.clone())),
            writes: WriteLimit::new(settings.writes, clock),
            proxies: settings.proxies,
            streams: settings.streams,
            shutdown: settings.shutdown,
        })
    }

    /// Returns the routes, with their documentation.
    pub fn router(&self) -> OpenApiRouter {
        router::router().with_state(self.clone())
    }

    /// Starts the feed, the relay, the consumers and the periodic tasks.
    pub fn start(&self, bus: &Bus, shutdown: &Shutdown) {
        shutdown.spawn(self.feed.clone().publish(self.core.db.clone(), shutdown.clone()));
        if self.core.db.is_shared() {
            let db = self.core.db.clone();
            shutdown.spawn(async move {
                if let Err(error) = db.write(store::delete_foreign_changes).await {
                    tracing::warn!(%error, "resetting foreign changes failed");
                }
            });
        }
        // Nothing notifies this worker: it finds a new listing when it polls.
        let app = self.clone();
        spawn_deadline_worker(&self.core, "resale worker", &Signal::default(), shutdown, move || {
            app.clone().end_started_resales()
        });
        self.core.start(bus, Some(self.consumers()), shutdown);
        self.core.start_pruning(shutdown, store::prune);
    }

    /// Withdraws every resale whose event has started. Returns the next start.
    async fn end_started_resales(self) -> Result<Option<Timestamp>, DbError> {
        loop {
            let Some(next) = self.core.db.read(store::next_end).await? else { return Ok(None) };
            if next > self.core.clock.now() {
                return Ok(Some(next));
            }
            let app = self.clone();
            let ended =
                self.core.db.write(move |tx| store::end_started(tx, &app.publisher(), MAX_ENDED)).await?;
            metrics::counter!("resales_ended_total").increment(ended);
        }
    }

    /// Returns the publisher of changes at the current time.
    pub(crate) fn publisher(&self) -> store::ChangePublisher<'_> {
        store::ChangePublisher {
            outbox: &self.core.outbox,
            changed: self.feed.change_signal(),
            now: self.core.clock.now(),
        }
    }

    /// Returns the core of the service.
    pub fn core(&self) -> &ServiceCore {
        &self.core
    }
}
