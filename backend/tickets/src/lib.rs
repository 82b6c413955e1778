//! The tickets service: who sells what, and what is free.

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
use std::time::Duration;

use axum::extract::FromRef;
use ticketing_bus::{Bus, Core, CoreError, SessionEndedHandler, start_repeating};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Database, DbError, Migrations};
use ticketing_platform::http::{StreamSlots, TrustedProxies};
use ticketing_platform::limits::{RateLimit, WriteLimit, WriteRate};
use ticketing_platform::session::Sessions;
use ticketing_platform::shutdown::Shutdown;
use utoipa_axum::router::OpenApiRouter;

use domain::pass::ResaleCap;

pub use consumers::{
    OnListingClosed, OnOrderCancelled, OnOrderCompleted, OnOrderConfirmed, OnOrderCreated, OnOrderRestated,
};
pub use feed::Feed;
pub use pass_keys::{PassKeyError, PassSigner};

/// The tables of this service.
pub const MIGRATIONS: Migrations = Migrations {
    part: "tickets",
    scripts: &[
        ("V1__tickets", include_str!("../migrations/V1__tickets.sql")),
        ("V2__changes_in_order", include_str!("../migrations/V2__changes_in_order.sql")),
        ("V3__key_version", include_str!("../migrations/V3__key_version.sql")),
        ("V4__orders_prevail", include_str!("../migrations/V4__orders_prevail.sql")),
        ("V5__details", include_str!("../migrations/V5__details.sql")),
        ("V6__passes", include_str!("../migrations/V6__passes.sql")),
    ],
};

/// Outdated tickets that are corrected between two looks for more.
const BATCH: u32 = 100;
/// How often outdated tickets are looked for.
const CORRECT_EVERY: Duration = Duration::from_secs(600);

/// Claims of passes that one account may try in a minute. A claim code has 100 bits, so this keeps noise down.
const CLAIMS_PER_MINUTE: u32 = 10;

/// Every table of the database, for the task that migrates it before the service is opened.
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
    /// Signs the codes of passes.
    pub pass_signer: PassSigner,
    /// How much of what its holder has paid a pass may cost when it is sold on.
    pub resale_cap: ResaleCap,
    /// How much one account may write.
    pub writes: WriteRate,
    /// Proxies that may say who a client is.
    pub proxies: TrustedProxies,
    /// The slots of the live feeds.
    pub streams: StreamSlots,
    /// Ends the live feeds.
    pub shutdown: Shutdown,
}

/// The service. Clones share it.
#[derive(Clone, Debug)]
pub struct App {
    core: Core,
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
    pub async fn open(settings: Settings) -> Result<Self, CoreError> {
        let Settings {
            database,
            clock,
            sessions,
            pass_signer,
            resale_cap,
            writes,
            proxies,
            streams,
            shutdown,
        } = settings;
        let claims = Arc::new(RateLimit::per_minute(CLAIMS_PER_MINUTE, clock.clone()));
        let writes = WriteLimit::new(writes, clock.clone());
        let core = Core::open_with_sessions(database, clock, &sessions, MIGRATIONS).await?;
        let feed = Feed::default();
        let pages = pages::Pages::new(feed.changed().clone(), core.db.is_shared());
        Ok(Self {
            core,
            sessions,
            feed,
            pages,
            pass_signer,
            resale_cap,
            claims,
            writes,
            proxies,
            streams,
            shutdown,
        })
    }

    /// The routes, with their documentation.
    #[must_use]
    pub fn router(&self) -> OpenApiRouter {
        router::router().with_state(self.clone())
    }

    /// Starts to publish and to listen.
    pub fn start(&self, bus: &Bus, shutdown: &Shutdown) {
        shutdown.spawn(self.feed.clone().publish(self.core.db.clone(), shutdown.clone()));
        if self.core.db.is_shared() {
            let db = self.core.db.clone();
            shutdown.spawn(async move {
                if let Err(error) = db.write(store::adopt).await {
                    tracing::warn!(%error, "the changes could not be looked through");
                }
            });
        }
        let (recomputed, feed) =
            (store::recompute_keys(self.core.db.clone(), shutdown.clone()), self.feed.clone());
        shutdown.spawn(async move {
            recomputed.await;
            // Pages that are kept were searched and sorted by the old keys.
            feed.changed().notify();
        });
        let app = self.clone();
        start_repeating(shutdown, CORRECT_EVERY, "outdated tickets could not be corrected", move || {
            let app = app.clone();
            async move { app.correct_outdated_tickets().await }
        });
        let consumers = self
            .core
            .consumers("tickets-service")
            .on(OnOrderCreated { app: self.clone() })
            .on(OnOrderConfirmed)
            .on(OnOrderCompleted { app: self.clone() })
            .on(OnOrderCancelled { app: self.clone() })
            .on(OnOrderRestated { app: self.clone() })
            .on(OnListingClosed { app: self.clone() })
            .on(SessionEndedHandler { revoked: self.sessions.revoked().clone() });
        self.core.start(bus, Some(consumers), shutdown);
        self.core.start_pruning_with_sessions(shutdown, store::prune);
    }

    /// Corrects every ticket that a version of this service before orders prevailed over edits and withdrawals has
    /// left: one that is withdrawn although an order holds it, or available although its seller has withdrawn it. Such
    /// a version may run beside this one during an upgrade, so this is repeated.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn correct_outdated_tickets(&self) -> Result<(), DbError> {
        loop {
            let outdated = self.core.db.read(|tx| store::find_outdated(tx, BATCH)).await?;
            for id in &outdated {
                let (app, id) = (self.clone(), id.clone());
                tracing::info!(ticket = %id, "an earlier version has left this ticket in a wrong state; it is corrected");
                self.core.db.write(move |tx| store::correct_outdated(tx, &app.publisher(), &id)).await?;
            }
            if outdated.is_empty() {
                return Ok(());
            }
        }
    }

    /// Publishes the changes that happen now.
    pub(crate) fn publisher(&self) -> store::ChangePublisher<'_> {
        store::ChangePublisher {
            outbox: &self.core.outbox,
            changed: self.feed.changed(),
            now: self.core.clock.now(),
        }
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

impl FromRef<App> for TrustedProxies {
    fn from_ref(app: &App) -> Self {
        app.proxies.clone()
    }
}
