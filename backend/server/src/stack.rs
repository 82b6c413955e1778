//! The whole marketplace in one process.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use ticketing_bus::{Bus, EmbeddedOptions, ServiceCore};
use ticketing_events::Envelope;
use ticketing_payments::SimulatedProvider;
use ticketing_payments::provider::Ledger;
use ticketing_platform::clock::Clock;
use ticketing_platform::health::Health;
use ticketing_platform::session::RevokedSessions;
use ticketing_platform::shutdown::Shutdown;
use utoipa_axum::router::OpenApiRouter;

use crate::audit::{AuditError, Report, Sources, Watch};
use crate::clock_routes::with_clock;
use crate::data_dir::{DataDir, FolderWatch};
use crate::databases::{BUS, Databases, PROVIDER, database_files};
use crate::http_server::{HttpServer, ShutdownPhases};
use crate::open::{ServiceOpener, client_app, connect_jetstream};
use crate::process::{with_database_check, with_write_check};
use crate::provider::CardProvider;
use crate::{Service, StackSettings, StartError, openapi};

/// A running marketplace. Dropping it does not stop it: call [`stop`](Self::stop).
#[derive(Debug)]
pub struct Stack {
    server: HttpServer,
    parts: Parts,
    _data_dir: DataDir,
}

/// The services of a stack, their bus and their provider.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) clock: Clock,
    pub(crate) bus: Bus,
    pub(crate) auth: ticketing_auth::App,
    pub(crate) tickets: ticketing_tickets::App,
    pub(crate) orders: ticketing_orders::App,
    pub(crate) payments: ticketing_payments::App,
    pub(crate) expiration: ticketing_expiration::App,
    pub(crate) client: ticketing_client::App,
    pub(crate) provider: CardProvider,
}

impl Stack {
    /// Opens every service, binds the port and serves requests.
    ///
    /// # Errors
    /// If the data folder is in use or unusable, the NATS server cannot carry the events, or the port cannot be
    /// bound. No task is left running.
    pub async fn start(settings: StackSettings) -> Result<Self, StartError> {
        if settings.movable_clock && !settings.listen.ip().is_loopback() {
            return Err(StartError::MovableClock(settings.listen));
        }
        let settings = settings.within_open_files();
        let data_dir = DataDir::lock(&settings.data_dir)?;
        let shutdown = ShutdownPhases::default();
        let databases = database_files(&settings);
        let checked = data_dir.check_databases(&databases)?;
        let parts = Parts::open(&settings, &data_dir, &shutdown.serving).await?;
        let watch = data_dir.watch(checked.complete()?);
        parts.start(&shutdown.workers);
        let watched = watch.is_needed().then_some(&watch);
        let routes = parts.router(&settings, &shutdown.serving, watched);
        if watch.is_needed() {
            shutdown.workers.spawn(watch.run(shutdown.workers.clone()));
        }
        let routes = if settings.movable_clock { with_clock(routes, &parts.clock) } else { routes };
        let server = HttpServer::start(&settings, Some(&parts.bus), routes, shutdown).await?;
        Ok(Self { server, parts, _data_dir: data_dir })
    }

    /// Returns the address of the listener.
    pub fn addr(&self) -> SocketAddr {
        self.server.address
    }

    /// Returns the address that serves `GET /metrics`, if any.
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.server.metrics_address
    }

    /// Returns the URL of the pages; the URL of the API begins with it.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr())
    }

    /// Returns the clock, which tests can move.
    pub fn clock(&self) -> &Clock {
        &self.parts.clock
    }

    /// Returns the bus between the services.
    pub fn bus(&self) -> &Bus {
        &self.parts.bus
    }

    /// Returns the simulated card provider, with its ledger and fault injection, if cards are simulated.
    pub fn simulated(&self) -> Option<&SimulatedProvider> {
        self.parts.provider.simulated()
    }

    /// Returns the ledger of the card provider.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn ledger(&self) -> Result<Ledger, AuditError> {
        self.parts.watch().ledger().await
    }

    /// Returns the cores of the stateful services, by name.
    pub fn cores(&self) -> [(&'static str, &ServiceCore); 5] {
        self.parts.cores()
    }

    /// Returns the newest events, the oldest of them first.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub async fn events(&self, limit: u32) -> Result<Vec<Envelope>, ticketing_bus::BusError> {
        self.parts.bus.recent(limit).await
    }

    /// Returns whether every published event has taken effect: no outbox, consumer or provider step is pending.
    ///
    /// # Errors
    /// If a database cannot be read.
    pub async fn is_settled(&self) -> Result<bool, AuditError> {
        self.parts.watch().is_settled().await
    }

    /// Checks the invariants over the databases, the bus and the provider's ledger.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub async fn audit(&self) -> Result<Report, AuditError> {
        self.parts.watch().audit().await
    }

    /// Stops accepting, lets requests under way finish, then ends the workers. Returns `false` if a request was cut off
    /// or a worker did not end in time.
    pub async fn stop(self) -> bool {
        self.server.stop().await
    }
}

impl Parts {
    async fn open(
        settings: &StackSettings,
        data_dir: &DataDir,
        serving: &Shutdown,
    ) -> Result<Self, StartError> {
        let signing = match settings.jwt_keys.as_slice() {
            [] => vec![data_dir.session_key()?],
            keys => keys.to_vec(),
        };
        let pass_keys = match settings.pass_keys.as_slice() {
            [] => vec![data_dir.pass_key()?],
            keys => keys.to_vec(),
        };
        let databases = match &settings.database {
            None => Databases::Files(data_dir.path().to_owned()),
            Some(url) => Databases::prepare(url, &Service::STATEFUL).await?,
        };
        let bus = match &settings.nats {
            None => Bus::embedded(&data_dir.database(BUS), EmbeddedOptions::default())?,
            Some(options) => connect_jetstream(options).await?,
        };
        let revoked = RevokedSessions::new(settings.clock.clone());
        let opener =
            ServiceOpener { settings, databases, signing, pass_keys, revoked, serving: serving.clone() };
        let provider = opener.open_provider()?;
        Ok(Self {
            auth: opener.open_auth().await?,
            tickets: opener.open_tickets().await?,
            orders: opener.open_orders().await?,
            payments: opener.open_payments(&provider).await?,
            expiration: opener.open_expiration()?,
            client: client_app(settings),
            clock: settings.clock.clone(),
            provider,
            bus,
        })
    }

    fn start(&self, workers: &Shutdown) {
        self.auth.start(&self.bus, workers);
        self.tickets.start(&self.bus, workers);
        self.orders.start(&self.bus, workers);
        self.payments.start(&self.bus, workers);
        self.expiration.start(&self.bus, workers);
    }

    fn router(&self, settings: &StackSettings, serving: &Shutdown, folder: Option<&FolderWatch>) -> Router {
        let cores = Service::STATEFUL.into_iter().zip(self.cores());
        let health = cores.fold(Health::new(serving.clone()), |health, (service, (_, core))| {
            with_database_check(health, service, core)
        });
        let bus = self.bus.clone();
        let health = with_write_check(health, BUS, move || {
            let bus = bus.clone();
            async move { bus.check_writable().await }
        });
        let health = match self.provider.simulated().cloned() {
            Some(provider) => with_write_check(health, PROVIDER, move || {
                let provider = provider.clone();
                async move { provider.check_writable().await }
            }),
            None => health,
        };
        let health = match folder.cloned() {
            Some(folder) => health.check("data_dir", move || {
                let folder = folder.clone();
                async move { folder.is_in_place().await }
            }),
            None => health,
        };
        let (routes, documented) = OpenApiRouter::new()
            .merge(self.auth.router())
            .merge(self.tickets.router())
            .merge(self.orders.router())
            .merge(self.payments.router())
            .split_for_parts();
        let document = Arc::new(openapi::document(documented, settings.cookie.name()));
        let serve_document = move || {
            let document = Arc::clone(&document);
            async move { axum::Json(&*document).into_response() }
        };
        routes
            .route(openapi::PATH, axum::routing::get(serve_document))
            .merge(health.router())
            .merge(self.client.router())
    }

    fn watch(&self) -> Watch {
        let sources = Sources {
            auth: Some(self.auth.core().db.clone()),
            tickets: self.tickets.core().db.clone(),
            orders: self.orders.core().db.clone(),
            payments: self.payments.core().db.clone(),
            expiration: self.expiration.core().db.clone(),
            ledger: self.provider.ledger_source(),
        };
        Watch { sources, bus: self.bus.clone(), clock: self.clock.clone() }
    }

    pub(crate) fn cores(&self) -> [(&'static str, &ServiceCore); 5] {
        [
            ("auth", self.auth.core()),
            ("tickets", self.tickets.core()),
            ("orders", self.orders.core()),
            ("payments", self.payments.core()),
            ("expiration", self.expiration.core()),
        ]
    }
}
