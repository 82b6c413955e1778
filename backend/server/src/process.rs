//! One service in a process of its own, of which there may be any number.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use ticketing_bus::{Bus, Core};
use ticketing_platform::db::DbError;
use ticketing_platform::health::Health;
use ticketing_platform::session::RevokedSessions;
use ticketing_platform::shutdown::Shutdown;
use utoipa_axum::router::OpenApiRouter;

use crate::databases::Databases;
use crate::listening::{Listening, Running};
use crate::open::{Ground, client, jetstream};
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
    Client(ticketing_client::App),
}

impl Process {
    /// Opens the service, binds its port and starts to answer. What it knows is in a schema, and its events travel over
    /// NATS: other services are in other processes. The client knows nothing, and has neither.
    ///
    /// # Errors
    /// When a setting is missing, what it names cannot be used, or the port cannot be bound. Nothing is left running.
    pub async fn start(service: Service, settings: StackSettings) -> Result<Self, StartError> {
        let (settings, running) = (settings.within_open_files(), Running::default());
        let (app, bus) = match service {
            Service::Client => (App::Client(client(&settings)), None),
            service => {
                let (app, bus) = App::open(service, &settings, &running).await?;
                (app, Some(bus))
            }
        };
        let routes = app.router(service, &settings, &running.serving);
        let listening = Listening::begin(&settings, bus.as_ref(), routes, running).await?;
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
    /// Opens a service that knows and says something, and starts what works behind its routes.
    async fn open(
        service: Service,
        settings: &StackSettings,
        running: &Running,
    ) -> Result<(Self, Bus), StartError> {
        let url = settings.database.as_ref().ok_or(StartError::Missing("TICKETING_DATABASE_URL"))?;
        let nats = settings.nats.as_ref().ok_or(StartError::Missing("TICKETING_NATS_URL"))?;
        if service.has_sessions() && settings.jwt_keys.is_empty() {
            return Err(StartError::Missing("TICKETING_JWT_KEY"));
        }
        let ground = Ground {
            settings,
            databases: Databases::prepare(url, &[service]).await?,
            signing: settings.jwt_keys.clone(),
            revoked: RevokedSessions::new(settings.clock.clone()),
            serving: running.serving.clone(),
        };
        let bus = jetstream(nats).await?;
        let app = match service {
            Service::Auth => Self::Auth(ground.auth().await?),
            Service::Tickets => Self::Tickets(ground.tickets().await?),
            Service::Orders => Self::Orders(ground.orders().await?),
            Service::Payments => Self::Payments(ground.payments(&ground.provider()?).await?),
            Service::Expiration => Self::Expiration(ground.expiration()?),
            Service::Client => Self::Client(client(settings)),
        };
        app.start(&bus, &running.loops);
        Ok((app, bus))
    }

    /// What it knows and says, if anything.
    fn core(&self) -> Option<&Core> {
        match self {
            Self::Auth(app) => Some(app.core()),
            Self::Tickets(app) => Some(app.core()),
            Self::Orders(app) => Some(app.core()),
            Self::Payments(app) => Some(app.core()),
            Self::Expiration(app) => Some(app.core()),
            Self::Client(_) => None,
        }
    }

    fn start(&self, bus: &Bus, loops: &Shutdown) {
        match self {
            Self::Auth(app) => app.start(bus, loops),
            Self::Tickets(app) => app.start(bus, loops),
            Self::Orders(app) => app.start(bus, loops),
            Self::Payments(app) => app.start(bus, loops),
            Self::Expiration(app) => app.start(bus, loops),
            Self::Client(_) => {}
        }
    }

    /// Its own routes; the document of the API is the whole one in every process.
    fn router(&self, service: Service, settings: &StackSettings, serving: &Shutdown) -> Router {
        let routes = match self {
            Self::Auth(app) => app.router(),
            Self::Tickets(app) => app.router(),
            Self::Orders(app) => app.router(),
            Self::Payments(app) => app.router(),
            Self::Expiration(_) => OpenApiRouter::new(),
            // What it answers is no part of the API, and the document is not below its paths.
            Self::Client(app) => return app.router().merge(Health::new(serving.clone()).router()),
        };
        let (routes, _) = routes.split_for_parts();
        let health = Health::new(serving.clone());
        let health = match self.core() {
            Some(core) => checked(health, service, core),
            None => health,
        };
        routes.merge(openapi::whole(settings.cookie.name())).merge(health.router())
    }
}

/// How often a probe of the readiness may write.
const PROBED_EVERY: Duration = Duration::from_secs(1);

/// A service is ready while its database can be written, which a write proves. The bus may be away: what is said waits in the
/// outbox.
pub(crate) fn checked(health: Health, service: Service, core: &Core) -> Health {
    let core = core.clone();
    checked_writable(health, service.name(), move || {
        let core = core.clone();
        async move { core.check_writable().await }
    })
}

/// Adds a check that writes to a database.
pub(crate) fn checked_writable<F, R>(health: Health, name: &'static str, check: F) -> Health
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), DbError>> + Send + 'static,
{
    health.check_at_most_every(name, PROBED_EVERY, move || {
        let written = check();
        async move { written.await.is_ok() }
    })
}
