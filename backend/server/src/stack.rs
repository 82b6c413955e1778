//! The whole marketplace in one process.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use ticketing_bus::{Bus, Core, EmbeddedOptions};
use ticketing_events::Envelope;
use ticketing_payments::SimulatedProvider;
use ticketing_payments::provider::Ledger;
use ticketing_platform::clock::Clock;
use ticketing_platform::health::Health;
use ticketing_platform::session::RevokedSessions;
use ticketing_platform::shutdown::Shutdown;
use utoipa_axum::router::OpenApiRouter;

use crate::audit::{AuditError, Report, Sources, Watch};
use crate::data_dir::{DataDir, FolderWatch};
use crate::databases::{BUS, Databases, PROVIDER, files_of};
use crate::listening::{Listening, Running};
use crate::open::{Ground, client, jetstream};
use crate::process::{checked, checked_writable};
use crate::provider::CardProvider;
use crate::{Service, StackSettings, StartError, openapi};

/// A running marketplace. Dropping it does not stop it: call [`stop`](Self::stop).
#[derive(Debug)]
pub struct Stack {
    listening: Listening,
    parts: Parts,
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
    pub(crate) client: ticketing_client::App,
    pub(crate) provider: CardProvider,
}

impl Stack {
    /// Opens every service, binds the port and starts to answer.
    ///
    /// # Errors
    /// When the data directory is in use or cannot be used, the NATS server cannot carry the events, or the port cannot
    /// be bound. Nothing is left running.
    pub async fn start(settings: StackSettings) -> Result<Self, StartError> {
        let settings = settings.within_open_files();
        let data_dir = DataDir::lock(&settings.data_dir)?;
        let running = Running::default();
        let databases = files_of(&settings);
        let contents = data_dir.contents(&databases)?;
        let parts = Parts::open(&settings, &data_dir, &running.serving).await?;
        let watch = data_dir.watch(contents.complete()?);
        parts.start(&running.loops);
        let watched = watch.is_needed().then_some(&watch);
        let routes = parts.router(&settings, &running.serving, watched);
        if watch.is_needed() {
            running.loops.spawn(watch.run(running.loops.clone()));
        }
        let listening = Listening::begin(&settings, Some(&parts.bus), routes, running).await?;
        Ok(Self { listening, parts, _data_dir: data_dir })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.listening.address
    }

    /// Where it answers `GET /metrics`, if anywhere.
    #[must_use]
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.listening.metrics_address
    }

    /// The URL of the pages; that of the API begins with it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr())
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

    /// What the card provider has done, by its own book.
    ///
    /// # Errors
    /// When the book cannot be read.
    pub async fn ledger(&self) -> Result<Ledger, AuditError> {
        self.parts.watch().ledger().await
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
        self.parts.watch().is_settled().await
    }

    /// Checks every invariant that can be read from the databases, the bus and the provider's ledger.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub async fn audit(&self) -> Result<Report, AuditError> {
        self.parts.watch().audit().await
    }

    /// Stops accepting, lets requests under way finish, then ends the loops. `false` when something had to be cut.
    pub async fn stop(self) -> bool {
        self.listening.stop().await
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
        let databases = match &settings.database {
            None => Databases::Files(data_dir.path().to_owned()),
            Some(url) => Databases::prepare(url, &Service::STATEFUL).await?,
        };
        let bus = match &settings.nats {
            None => Bus::embedded(&data_dir.database(BUS), EmbeddedOptions::default())?,
            Some(options) => jetstream(options).await?,
        };
        let revoked = RevokedSessions::new(settings.clock.clone());
        let ground = Ground { settings, databases, signing, revoked, serving: serving.clone() };
        let provider = ground.provider()?;
        Ok(Self {
            auth: ground.auth().await?,
            tickets: ground.tickets().await?,
            orders: ground.orders().await?,
            payments: ground.payments(&provider).await?,
            expiration: ground.expiration()?,
            client: client(settings),
            clock: settings.clock.clone(),
            provider,
            bus,
        })
    }

    fn start(&self, loops: &Shutdown) {
        self.auth.start(&self.bus, loops);
        self.tickets.start(&self.bus, loops);
        self.orders.start(&self.bus, loops);
        self.payments.start(&self.bus, loops);
        self.expiration.start(&self.bus, loops);
    }

    fn router(&self, settings: &StackSettings, serving: &Shutdown, folder: Option<&FolderWatch>) -> Router {
        let cores = Service::STATEFUL.into_iter().zip(self.cores());
        let health = cores.fold(Health::new(serving.clone()), |health, (service, (_, core))| {
            checked(health, service, core)
        });
        let bus = self.bus.clone();
        let health = checked_writable(health, BUS, move || {
            let bus = bus.clone();
            async move { bus.check_writable().await }
        });
        let health = match self.provider.simulated().cloned() {
            Some(provider) => checked_writable(health, PROVIDER, move || {
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
            books: self.provider.books(),
        };
        Watch { sources, bus: self.bus.clone(), clock: self.clock.clone() }
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
