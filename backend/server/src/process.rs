//! One service in a process of its own. There may be any number of processes of a service.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use ticketing_bus::{Bus, ServiceCore};
use ticketing_platform::db::DbError;
use ticketing_platform::health::Health;
use ticketing_platform::session::RevokedSessions;
use ticketing_platform::shutdown::Shutdown;
use utoipa_axum::router::OpenApiRouter;

use crate::databases::Databases;
use crate::http_server::{HttpServer, ShutdownPhases};
use crate::open::{ServiceOpener, client_app, connect_jetstream};
use crate::{Service, StackSettings, StartError, openapi};

/// A running service. Dropping it does not stop it: call [`stop`](Self::stop).
#[derive(Debug)]
pub struct Process {
    server: HttpServer,
}

/// The service of a process.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one in a process")]
enum App {
    Auth(ticketing_auth::App),
    Tickets(ticketing_tickets::App),
    Orders(ticketing_orders::App),
    Payments(ticketing_payments::App),
    Expiration(ticketing_expiration::App),
    Client(ticketing_client::App),
}

impl Process {
    /// Opens the service, binds its port and serves requests. The service keeps its data in a PostgreSQL schema and
    /// sends its events over NATS. The client has neither data nor events.
    ///
    /// # Errors
    /// If a setting is missing, a server that it names cannot be used, or the port cannot be bound. No task is left
    /// running.
    pub async fn start(service: Service, settings: StackSettings) -> Result<Self, StartError> {
        let (settings, shutdown) = (settings.within_open_files(), ShutdownPhases::default());
        let (app, bus) = match service {
            Service::Client => (App::Client(client_app(&settings)), None),
            service => {
                let (app, bus) = App::open(service, &settings, &shutdown).await?;
                (app, Some(bus))
            }
        };
        let routes = app.router(service, &settings, &shutdown.serving);
        let server = HttpServer::start(&settings, bus.as_ref(), routes, shutdown).await?;
        Ok(Self { server })
    }

    /// Returns the address of the listener.
    pub fn addr(&self) -> SocketAddr {
        self.server.address
    }

    /// Returns the address that serves `GET /metrics`, if any.
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.server.metrics_address
    }

    /// Stops accepting, lets requests under way finish, then ends the workers. Returns `false` if a request was cut off
    /// or a worker did not end in time.
    pub async fn stop(self) -> bool {
        self.server.stop().await
    }
}

impl App {
    /// Opens a stateful service, and starts its workers.
    async fn open(
        service: Service,
        settings: &StackSettings,
        shutdown: &ShutdownPhases,
    ) -> Result<(Self, Bus), StartError> {
        let url = settings.database.as_ref().ok_or(StartError::Missing("TICKETING_DATABASE_URL"))?;
        let nats = settings.nats.as_ref().ok_or(StartError::Missing("TICKETING_NATS_URL"))?;
        if service.has_sessions() && settings.jwt_keys.is_empty() {
            return Err(StartError::Missing("TICKETING_JWT_KEY"));
        }
        if service == Service::Tickets && settings.pass_keys.is_empty() {
            return Err(StartError::Missing("TICKETING_PASS_KEY"));
        }
        let opener = ServiceOpener {
            settings,
            databases: Databases::prepare(url, &[service]).await?,
            signing: settings.jwt_keys.clone(),
            pass_keys: settings.pass_keys.clone(),
            revoked: RevokedSessions::new(settings.clock.clone()),
            serving: shutdown.serving.clone(),
        };
        let bus = connect_jetstream(nats).await?;
        let app = match service {
            Service::Auth => Self::Auth(opener.open_auth().await?),
            Service::Tickets => Self::Tickets(opener.open_tickets().await?),
            Service::Orders => Self::Orders(opener.open_orders().await?),
            Service::Payments => Self::Payments(opener.open_payments(&opener.open_provider()?).await?),
            Service::Expiration => Self::Expiration(opener.open_expiration()?),
            Service::Client => Self::Client(client_app(settings)),
        };
        app.start(&bus, &shutdown.workers);
        Ok((app, bus))
    }

    /// Returns the database, outbox and inbox of the service; `None` for the client.
    fn core(&self) -> Option<&ServiceCore> {
        match self {
            Self::Auth(app) => Some(app.core()),
            Self::Tickets(app) => Some(app.core()),
            Self::Orders(app) => Some(app.core()),
            Self::Payments(app) => Some(app.core()),
            Self::Expiration(app) => Some(app.core()),
            Self::Client(_) => None,
        }
    }

    fn start(&self, bus: &Bus, workers: &Shutdown) {
        match self {
            Self::Auth(app) => app.start(bus, workers),
            Self::Tickets(app) => app.start(bus, workers),
            Self::Orders(app) => app.start(bus, workers),
            Self::Payments(app) => app.start(bus, workers),
            Self::Expiration(app) => app.start(bus, workers),
            Self::Client(_) => {}
        }
    }

    /// Returns the routes of the service, and the document of the whole API.
    fn router(&self, service: Service, settings: &StackSettings, serving: &Shutdown) -> Router {
        let routes = match self {
            Self::Auth(app) => app.router(),
            Self::Tickets(app) => app.router(),
            Self::Orders(app) => app.router(),
            Self::Payments(app) => app.router(),
            Self::Expiration(_) => OpenApiRouter::new(),
            // The pages are no part of the API, so this process does not serve its document.
            Self::Client(app) => return app.router().merge(Health::new(serving.clone()).router()),
        };
        let (routes, _) = routes.split_for_parts();
        let health = Health::new(serving.clone());
        let health = match self.core() {
            Some(core) => with_database_check(health, service, core),
            None => health,
        };
        routes.merge(openapi::document_route(settings.cookie.name())).merge(health.router())
    }
}

/// The shortest interval between two writes of a readiness check.
const WRITE_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Adds a check that writes to the database of a service. The bus is not checked: while it is unreachable, events wait
/// in the outbox.
pub(crate) fn with_database_check(health: Health, service: Service, core: &ServiceCore) -> Health {
    let core = core.clone();
    with_write_check(health, service.name(), move || {
        let core = core.clone();
        async move { core.check_writable().await }
    })
}

/// Adds a check that writes to a database.
pub(crate) fn with_write_check<F, R>(health: Health, name: &'static str, check: F) -> Health
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), DbError>> + Send + 'static,
{
    health.check_at_most_every(name, WRITE_CHECK_INTERVAL, move || {
        let written = check();
        async move { written.await.is_ok() }
    })
}
