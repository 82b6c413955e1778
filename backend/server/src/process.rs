//! One service in a process of its own, of which there may be any number.

use std::net::SocketAddr;

use axum::Router;
use ticketing_bus::{Bus, Core};
use ticketing_platform::db::DbError;
use ticketing_platform::health::Health;
use ticketing_platform::shutdown::Shutdown;
use utoipa_axum::router::OpenApiRouter;

use crate::databases::Databases;
use crate::listening::{Listening, Running};
use crate::open::{Ground, jetstream};
use crate::{Service, StackSettings, StartError, openapi};

/// A running service. Dropping it does not stop it: call [`stop`](Self::stop).
#[derive(Debug)]
pub struct Process {
    listening: Listening,
}

/// The service that this process is.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one in a process")]
enum App {
    Auth(ticketing_auth::App),
    Tickets(ticketing_tickets::App),
    Orders(ticketing_orders::App),
    Payments(ticketing_payments::App),
    Expiration(ticketing_expiration::App),
}

impl Process {
    /// Opens the service, binds its port and starts to answer. What it knows is in a schema, and its events travel over
    /// NATS: other services are in other processes.
    ///
    /// # Errors
    /// When a setting is missing, what it names cannot be used, or the port cannot be bound. Nothing is left running.
    pub async fn start(service: Service, settings: StackSettings) -> Result<Self, StartError> {
        let url = settings.database.as_ref().ok_or(StartError::Missing("TICKETING_DATABASE_URL"))?;
        let nats = settings.nats.as_ref().ok_or(StartError::Missing("TICKETING_NATS_URL"))?;
        if service.has_sessions() && settings.jwt_keys.is_empty() {
            return Err(StartError::Missing("TICKETING_JWT_KEY"));
        }
        let running = Running::default();
        let ground = Ground {
            settings: &settings,
            databases: Databases::prepare(url, &[service]).await?,
            signing: settings.jwt_keys.clone(),
            serving: running.serving.clone(),
        };
        let bus = jetstream(nats).await?;
        let app = App::open(service, &ground).await?;
        app.start(&bus, &running.loops);
        let routes = app.router(service, &running.serving);
        let listening = Listening::begin(&settings, &bus, routes, running).await?;
        Ok(Self { listening })
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

    /// Stops accepting, lets requests under way finish, then ends the loops. `false` when something had to be cut.
    pub async fn stop(self) -> bool {
        self.listening.stop().await
    }
}

impl App {
    async fn open(service: Service, ground: &Ground<'_>) -> Result<Self, StartError> {
        Ok(match service {
            Service::Auth => Self::Auth(ground.auth().await?),
            Service::Tickets => Self::Tickets(ground.tickets().await?),
            Service::Orders => Self::Orders(ground.orders().await?),
            Service::Payments => Self::Payments(ground.payments(&ground.provider()?).await?),
            Service::Expiration => Self::Expiration(ground.expiration()?),
        })
    }

    fn core(&self) -> &Core {
        match self {
            Self::Auth(app) => app.core(),
            Self::Tickets(app) => app.core(),
            Self::Orders(app) => app.core(),
            Self::Payments(app) => app.core(),
            Self::Expiration(app) => app.core(),
        }
    }

    fn start(&self, bus: &Bus, loops: &Shutdown) {
        match self {
            Self::Auth(app) => app.start(bus, loops),
            Self::Tickets(app) => app.start(bus, loops),
            Self::Orders(app) => app.start(bus, loops),
            Self::Payments(app) => app.start(bus, loops),
            Self::Expiration(app) => app.start(bus, loops),
        }
    }

    /// Its own routes; the document of the API is the whole one in every process.
    fn router(&self, service: Service, serving: &Shutdown) -> Router {
        let routes = match self {
            Self::Auth(app) => app.router(),
            Self::Tickets(app) => app.router(),
            Self::Orders(app) => app.router(),
            Self::Payments(app) => app.router(),
            Self::Expiration(_) => OpenApiRouter::new(),
        };
        let (routes, _) = routes.split_for_parts();
        let health = checked(Health::new(serving.clone()), service, self.core());
        routes.merge(openapi::whole()).merge(health.router())
    }
}

/// A service is ready while its database answers. The bus may be away: what is said waits in the outbox.
pub(crate) fn checked(health: Health, service: Service, core: &Core) -> Health {
    let db = core.db.clone();
    health.check(service.name(), move || {
        let db = db.clone();
        async move { db.read(|_| Ok::<_, DbError>(())).await.is_ok() }
    })
}
