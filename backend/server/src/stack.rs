//! The whole marketplace in one process.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::IntoResponse;
use ticketing_bus::{Bus, Core, EmbeddedOptions};
use ticketing_events::Envelope;
use ticketing_payments::SimulatedProvider;
use ticketing_payments::provider::StripeUnusable;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{DbError, OpenError};
use ticketing_platform::health::Health;
use ticketing_platform::http::{self, LayerSettings};
use ticketing_platform::session::{Ended, KeyError, SessionKeys, Sessions};
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::telemetry;
use tokio::net::TcpListener;
use utoipa_axum::router::OpenApiRouter;

use crate::audit::{self, AuditError, Report};
use crate::data_dir::DataDir;
use crate::databases::Databases;
use crate::provider::CardProvider;
use crate::{StackSettings, openapi};

/// How long the loops behind the routes may take to end.
const LOOPS_WITHIN: Duration = Duration::from_secs(5);

/// Why a stack could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The data directory cannot be used.
    #[error("cannot use {}: {source}", path.display())]
    DataDir {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another server uses the data directory.
    #[error("another server uses {}", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// Stripe cannot be used.
    #[error("TICKETING_STRIPE_KEY: {0}")]
    Stripe(StripeUnusable),
    /// The session keys are not usable.
    #[error("TICKETING_JWT_KEY: {0}")]
    Key(#[from] KeyError),
    /// A database could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The PostgreSQL database cannot be used.
    #[error("TICKETING_DATABASE_URL: {0}")]
    Database(OpenError),
    /// Its tables are not up to date, and were not to be brought up to date here.
    #[error("TICKETING_DATABASE_URL: {0}; `ticketing-server migrate` does that")]
    NotMigrated(OpenError),
    /// A service could not be opened.
    #[error("cannot open the {service} service: {reason}")]
    Service {
        /// The service.
        service: &'static str,
        /// Why.
        reason: String,
    },
    /// It cannot listen.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
}

/// A running marketplace. Dropping it does not stop it: call [`stop`](Self::stop).
#[derive(Debug)]
pub struct Stack {
    address: SocketAddr,
    metrics_address: Option<SocketAddr>,
    parts: Parts,
    /// Ends what answers requests; then [`loops`](Self::loops) end, so that requests under way can finish.
    serving: Shutdown,
    loops: Shutdown,
    grace: Duration,
    _data_dir: DataDir,
}

/// The services of a stack and what lies between them.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) clock: Clock,
    pub(crate) bus: Bus,
    pub(crate) auth: ticketing_auth::App,
    pub(crate) tickets: ticketing_tickets::App,
    pub(crate) orders: ticketing_orders::App,
    pub(crate) payments: ticketing_payments::App,
    pub(crate) expiration: ticketing_expiration::App,
    pub(crate) provider: CardProvider,
}

impl Stack {
    /// Opens every service, binds the port and starts to answer.
    ///
    /// # Errors
    /// When the data directory is in use or cannot be used, or the port cannot be bound. Nothing is left running.
    pub async fn start(settings: StackSettings) -> Result<Self, StartError> {
        let data_dir = DataDir::lock(&settings.data_dir)?;
        let (serving, loops) = (Shutdown::new(), Shutdown::new());
        let parts = Parts::open(&settings, &data_dir, &serving).await?;
        let listener = listen(settings.listen).await?;
        let metrics_listener = match settings.metrics_listen {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let (address, metrics_address) = (
            local(&listener, settings.listen),
            metrics_listener.as_ref().map(|bound| local(bound, settings.listen)),
        );

        parts.start(&loops);
        let layers = LayerSettings {
            allowed_origins: settings.allowed_origins,
            signed_paths: vec![ticketing_payments::WEBHOOK_PATH.to_owned()],
            ..LayerSettings::default()
        };
        let router = http::wrap(parts.router(&serving), layers);
        let grace = settings.serve.grace;
        spawn_server(&serving, http::serve(listener, router, settings.serve, serving.clone()));
        if let Some(listener) = metrics_listener {
            spawn_server(&serving, telemetry::serve_metrics(listener, serving.clone()));
        }
        tracing::info!(%address, "listening");
        Ok(Self { address, metrics_address, parts, serving, loops, grace, _data_dir: data_dir })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Where it answers `GET /metrics`, if anywhere.
    #[must_use]
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.metrics_address
    }

    /// The URL of the API.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The marketplace's clock: it can be moved.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.parts.clock
    }

    /// The bus between the services.
    #[must_use]
    pub fn bus(&self) -> &Bus {
        &self.parts.bus
    }

    /// The simulated card provider, with its ledger and its faults, where cards are simulated.
    #[must_use]
    pub fn simulated(&self) -> Option<&SimulatedProvider> {
        self.parts.provider.simulated()
    }

    /// The cores of the services that have something to say, by name.
    #[must_use]
    pub fn cores(&self) -> [(&'static str, &Core); 5] {
        self.parts.cores()
    }

    /// The newest events, oldest of them first.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn events(&self, limit: u32) -> Result<Vec<Envelope>, ticketing_bus::BusError> {
        self.parts.bus.recent(limit).await
    }

    /// Whether everything that was said has taken effect: no outbox, queue or provider step is waiting.
    ///
    /// # Errors
    /// When a database cannot be read.
    pub async fn is_settled(&self) -> Result<bool, AuditError> {
        audit::is_settled(&self.parts).await
    }

    /// Checks every invariant that can be read from the databases, the bus and the provider's ledger.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub async fn audit(&self) -> Result<Report, AuditError> {
        audit::audit(&self.parts).await
    }

    /// Stops accepting, lets requests under way finish, then ends the loops. `false` when something had to be cut.
    pub async fn stop(self) -> bool {
        self.serving.trigger();
        let served = self.serving.wait(self.grace + Duration::from_secs(1)).await;
        self.loops.trigger();
        self.loops.wait(LOOPS_WITHIN).await && served
    }
}

impl Parts {
    async fn open(
        settings: &StackSettings,
        data_dir: &DataDir,
        serving: &Shutdown,
    ) -> Result<Self, StartError> {
        let clock = settings.clock.clone();
        let signing = match settings.jwt_keys.as_slice() {
            [] => vec![data_dir.session_key()?],
            keys => keys.to_vec(),
        };
        let fingerprint_key = signing.first().cloned().unwrap_or_default();
        // Each service has its own record of the sessions that were ended, as it would in a process of its own.
        let sessions = || {
            let (keys, ended) = (SessionKeys::new(&signing)?, Ended::new(clock.clone()));
            let (cookie, ttl) = (settings.cookie.clone(), settings.session_ttl);
            Ok::<_, KeyError>(Sessions::new(keys, cookie, ttl, ended, clock.clone()))
        };
        let databases = Databases::prepare(settings).await?;
        let database = |service| databases.of(service, data_dir);
        let bus = Bus::embedded(&data_dir.database("bus"), EmbeddedOptions::default())?;
        let provider = CardProvider::open(settings, data_dir)?;
        let auth = ticketing_auth::App::open(ticketing_auth::Settings {
            database: database("auth")?,
            clock: clock.clone(),
            sessions: sessions()?,
            proxies: settings.trusted_proxies.clone(),
            fingerprint_key,
            limits: settings.limits,
            hashing: settings.hashing,
        });
        let tickets = ticketing_tickets::App::open(ticketing_tickets::Settings {
            database: database("tickets")?,
            clock: clock.clone(),
            sessions: sessions()?,
            shutdown: serving.clone(),
        });
        let orders = ticketing_orders::App::open(ticketing_orders::Settings {
            database: database("orders")?,
            clock: clock.clone(),
            sessions: sessions()?,
            order_ttl: settings.order_ttl,
            open_limit: settings.open_orders,
        });
        let payments = ticketing_payments::App::open(ticketing_payments::Settings {
            database: database("payments")?,
            clock: clock.clone(),
            sessions: sessions()?,
            provider: provider.provider(),
            pace: settings.payment_pace,
            shutdown: serving.clone(),
        });
        let expiration = ticketing_expiration::App::open(ticketing_expiration::Settings {
            database: database("expiration")?,
            clock: clock.clone(),
        });
        Ok(Self {
            bus,
            auth: auth.await.map_err(failed("auth"))?,
            tickets: tickets.await.map_err(failed("tickets"))?,
            orders: orders.await.map_err(failed("orders"))?,
            payments: payments.await.map_err(failed("payments"))?,
            expiration: expiration.map_err(failed("expiration"))?,
            provider,
            clock,
        })
    }

    fn start(&self, loops: &Shutdown) {
        self.auth.start(&self.bus, loops);
        self.tickets.start(&self.bus, loops);
        self.orders.start(&self.bus, loops);
        self.payments.start(&self.bus, loops);
        self.expiration.start(&self.bus, loops);
    }

    fn router(&self, serving: &Shutdown) -> Router {
        let mut health = Health::new(serving.clone());
        for (service, core) in self.cores() {
            let db = core.db.clone();
            health = health.check(service, move || {
                let db = db.clone();
                async move { db.read(|_| Ok::<_, DbError>(())).await.is_ok() }
            });
        }
        let (routes, documented) = OpenApiRouter::new()
            .merge(self.auth.router())
            .merge(self.tickets.router())
            .merge(self.orders.router())
            .merge(self.payments.router())
            .split_for_parts();
        let document = Arc::new(openapi::document(documented));
        let serve_document = move || {
            let document = Arc::clone(&document);
            async move { axum::Json(&*document).into_response() }
        };
        routes.route("/api/openapi.json", axum::routing::get(serve_document)).merge(health.router())
    }

    pub(crate) fn cores(&self) -> [(&'static str, &Core); 5] {
        [
            ("auth", self.auth.core()),
            ("tickets", self.tickets.core()),
            ("orders", self.orders.core()),
            ("payments", self.payments.core()),
            ("expiration", self.expiration.core()),
        ]
    }
}

fn failed<E: std::fmt::Display>(service: &'static str) -> impl Fn(E) -> StartError {
    move |error| StartError::Service { service, reason: error.to_string() }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })
}

fn local(listener: &TcpListener, asked: SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(asked)
}

fn spawn_server(serving: &Shutdown, server: impl Future<Output = io::Result<()>> + Send + 'static) {
    serving.spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(%error, "the listener failed");
        }
    });
}
