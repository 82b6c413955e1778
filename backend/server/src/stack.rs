//! The whole marketplace in one process.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use ticketing_bus::{Bus, EmbeddedOptions, ServiceCore};
use ticketing_payments::SimulatedProvider;
use ticketing_platform::clock::Clock;
use ticketing_platform::health::Health;
use ticketing_platform::session::RevokedSessions;
use ticketing_platform::shutdown::Shutdown;
use utoipa_axum::router::OpenApiRouter;

use crate::audit::{Auditor, Sources};
use crate::clock_routes::with_clock;
use crate::data_dir::{CheckedDatabases, DataDir, FolderWatch, database};
use crate::databases::{BUS, DatabaseLocation, PROVIDER, database_files};
use crate::http_server::{HttpServer, ShutdownPhases};
use crate::open::{OpenService, ServiceOpener, client_app, connect_jetstream};
use crate::process::{with_database_check, with_write_check};
use crate::provider::CardProvider;
use crate::{Service, StackSettings, StartError, openapi};

/// A running marketplace. Dropping it does not stop it: call [`stop`](Self::stop).
#[derive(Debug)]
pub struct Stack {
    server: HttpServer,
    cores: [(&'static str, ServiceCore); 5],
    provider: CardProvider,
    auditor: Auditor,
    _data_dir: DataDir,
}

/// The open services of a stack, their bus and their provider.
struct Parts {
    services: [OpenService; 5],
    bus: Bus,
    provider: CardProvider,
}

impl Stack {
    /// Opens every service, binds the port and serves requests.
    ///
    /// # Errors
    /// If the data folder is in use or unusable, the NATS server cannot carry the events, or the port cannot be
    /// bound. No task is left running.
    pub async fn start(settings: StackSettings) -> Result<Self, StartError> {
        // The future that opens five services is too large for the stack of a caller.
        Box::pin(Self::open(settings)).await
    }

    async fn open(settings: StackSettings) -> Result<Self, StartError> {
        if settings.movable_clock && !settings.listen.ip().is_loopback() {
            return Err(StartError::MovableClock(settings.listen));
        }
        let settings = settings.within_open_files();
        let data_dir = DataDir::lock(&settings.data_dir)?;
        let shutdown = ShutdownPhases::default();
        let databases = database_files(&settings);
        let checked = CheckedDatabases::check(data_dir.path(), &databases)?;
        let parts = Parts::open(&settings, &data_dir, &shutdown.serving).await?;
        let folder = data_dir.watch(checked.complete()?);
        let health = parts.health(&shutdown.serving, folder.is_needed().then_some(&folder));
        if folder.is_needed() {
            shutdown.workers.spawn(folder.run(shutdown.workers.clone()));
        }
        let Parts { services, bus, provider } = parts;
        let cores = services.each_ref().map(|opened| (opened.service.name(), opened.core.clone()));
        let mut api = OpenApiRouter::new();
        for opened in services {
            (opened.start)(&bus, &shutdown.workers);
            api = api.merge(opened.routes);
        }
        let routes = routes(api, &settings).merge(health.router()).merge(client_app(&settings).router());
        let clock = settings.clock.clone();
        let routes = if settings.movable_clock { with_clock(routes, &clock) } else { routes };
        let server = HttpServer::start(&settings, Some(&bus), routes, shutdown).await?;
        let [auth, tickets, orders, payments, expiration] = cores.each_ref().map(|(_, core)| core.db.clone());
        let ledger = provider.provider.clone();
        let sources = Sources { auth: Some(auth), tickets, orders, payments, expiration, ledger };
        let auditor = Auditor { sources, bus, clock };
        Ok(Self { server, cores, provider, auditor, _data_dir: data_dir })
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
        &self.auditor.clock
    }

    /// Returns the bus between the services.
    pub fn bus(&self) -> &Bus {
        &self.auditor.bus
    }

    /// Returns the simulated card provider, with its ledger and fault injection, if cards are simulated.
    pub fn simulated_provider(&self) -> Option<&SimulatedProvider> {
        self.provider.simulated.as_ref()
    }

    /// Returns the cores of the stateful services, by name.
    pub fn cores(&self) -> [(&'static str, &ServiceCore); 5] {
        self.cores.each_ref().map(|(name, core)| (*name, core))
    }

    /// Returns the auditor of the running marketplace.
    pub fn auditor(&self) -> &Auditor {
        &self.auditor
    }

    /// Stops accepting, lets requests in progress finish, then ends the workers. Returns `false` if a request was cut off
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
        let session_keys = match settings.jwt_keys.as_slice() {
            [] => vec![data_dir.session_key()?],
            keys => keys.to_vec(),
        };
        let pass_keys = match settings.pass_keys.as_slice() {
            [] => vec![data_dir.pass_key()?],
            keys => keys.to_vec(),
        };
        let databases = match &settings.database {
            None => DatabaseLocation::Files(data_dir.path().to_owned()),
            Some(url) => DatabaseLocation::prepare(url, &Service::STATEFUL).await?,
        };
        let bus = match &settings.nats {
            None => Bus::open_embedded(&database(data_dir.path(), BUS), EmbeddedOptions::default())?,
            Some(options) => connect_jetstream(options).await?,
        };
        let revoked = RevokedSessions::new(settings.clock.clone());
        let opener =
            ServiceOpener { settings, databases, session_keys, pass_keys, revoked, serving: serving.clone() };
        let provider = CardProvider::open(settings, &opener.databases)?;
        let services = [
            opener.open_auth().await?,
            opener.open_tickets().await?,
            opener.open_orders().await?,
            opener.open_payments(&provider).await?,
            opener.open_expiration()?,
        ];
        Ok(Self { services, bus, provider })
    }

    /// Returns the checks of readiness: every database takes a write, and the folder is in its place.
    fn health(&self, serving: &Shutdown, folder: Option<&FolderWatch>) -> Health {
        let health = self.services.iter().fold(Health::new(serving.clone()), |health, opened| {
            with_database_check(health, opened.service, &opened.core)
        });
        let health =
            with_write_check(health, BUS, &self.bus, |bus| async move { bus.check_writable().await });
        let health =
            match &self.provider.simulated {
                Some(ledger) => with_write_check(health, PROVIDER, ledger, |ledger| async move {
                    ledger.check_writable().await
                }),
                None => health,
            };
        match folder.cloned() {
            Some(folder) => health.check("data_dir", move || {
                let folder = folder.clone();
                async move { folder.is_in_place().await }
            }),
            None => health,
        }
    }
}

/// Returns the routes of the API, and the document that describes them.
fn routes(api: OpenApiRouter, settings: &StackSettings) -> Router {
    let (routes, documented) = api.split_for_parts();
    let document = Arc::new(openapi::document(documented, settings.cookie.name()));
    let serve_document = move || {
        let document = Arc::clone(&document);
        async move { axum::Json(&*document).into_response() }
    };
    routes.route(openapi::PATH, axum::routing::get(serve_document))
}
