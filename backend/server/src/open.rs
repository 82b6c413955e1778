//! Opens the services with the settings of their process.

use secrecy::SecretString;
use ticketing_bus::{Bus, JetStreamOptions, ServiceCore};
use ticketing_platform::http::StreamSlots;
use ticketing_platform::session::{RevokedSessions, SessionKeys, Sessions};
use ticketing_platform::shutdown::Shutdown;
use ticketing_tickets::PassSigner;
use utoipa_axum::router::OpenApiRouter;

use crate::databases::DatabaseLocation;
use crate::provider::CardProvider;
use crate::{Service, StackSettings, StartError};

/// Opens services that share the settings, databases and session keys of a process.
pub(crate) struct ServiceOpener<'s> {
    pub(crate) settings: &'s StackSettings,
    pub(crate) databases: DatabaseLocation,
    /// The session keys: the first one signs, all verify.
    pub(crate) session_keys: Vec<SecretString>,
    /// The keys of the codes of passes: the first one signs, all verify.
    pub(crate) pass_keys: Vec<SecretString>,
    /// The sessions that each service of this process refuses.
    pub(crate) revoked: RevokedSessions,
    pub(crate) serving: Shutdown,
}

/// Starts the relay, the consumers and the other workers of a service.
type StartWorkers = Box<dyn FnOnce(&Bus, &Shutdown) + Send>;

/// An open service with data: what its process serves and runs.
pub(crate) struct OpenService {
    pub(crate) service: Service,
    pub(crate) core: ServiceCore,
    pub(crate) routes: OpenApiRouter,
    pub(crate) start: StartWorkers,
}

/// Returns the opened service of the result of its `App::open`.
macro_rules! opened {
    ($service:expr, $opened:expr, |$app:ident| $routes:expr) => {{
        let $app = $opened.map_err(service_error($service.name()))?;
        let (core, routes) = ($app.core().clone(), $routes);
        let start = Box::new(move |bus: &Bus, workers: &Shutdown| $app.start(bus, workers));
        Ok(OpenService { service: $service, core, routes, start })
    }};
}

impl ServiceOpener<'_> {
    pub(crate) async fn open_auth(&self) -> Result<OpenService, StartError> {
        self.warn_of_plain_http();
        let opened = ticketing_auth::App::open(ticketing_auth::Settings {
            database: self.databases.for_service(Service::Auth)?,
            clock: self.settings.clock.clone(),
            sessions: self.sessions()?,
            proxies: self.settings.trusted_proxies.clone(),
            fingerprint_key: self.session_keys.first().cloned().unwrap_or_default(),
            limits: self.settings.limits,
            hashing: self.settings.hashing,
        });
        opened!(Service::Auth, opened.await, |app| app.router())
    }

    pub(crate) async fn open_tickets(&self) -> Result<OpenService, StartError> {
        let opened = ticketing_tickets::App::open(ticketing_tickets::Settings {
            database: self.databases.for_service(Service::Tickets)?,
            clock: self.settings.clock.clone(),
            sessions: self.sessions()?,
            pass_signer: PassSigner::new(&self.pass_keys)?,
            resale_cap: self.settings.resale_cap,
            writes: self.settings.writes,
            proxies: self.settings.trusted_proxies.clone(),
            streams: StreamSlots::new(self.settings.serve.streams, self.settings.serve.streams_per_address),
            shutdown: self.serving.clone(),
        });
        opened!(Service::Tickets, opened.await, |app| app.router())
    }

    pub(crate) async fn open_orders(&self) -> Result<OpenService, StartError> {
        let opened = ticketing_orders::App::open(ticketing_orders::Settings {
            database: self.databases.for_service(Service::Orders)?,
            clock: self.settings.clock.clone(),
            sessions: self.sessions()?,
            order_ttl: self.settings.order_ttl,
            open_limit: self.settings.open_orders,
            reorder_pause: self.settings.reorder_pause,
            writes: self.settings.writes,
        });
        opened!(Service::Orders, opened.await, |app| app.router())
    }

    pub(crate) async fn open_payments(&self, provider: &CardProvider) -> Result<OpenService, StartError> {
        let opened = ticketing_payments::App::open(ticketing_payments::Settings {
            database: self.databases.for_service(Service::Payments)?,
            clock: self.settings.clock.clone(),
            sessions: self.sessions()?,
            provider: provider.provider.clone(),
            timeouts: self.settings.payment_timeouts,
            writes: self.settings.writes,
            shutdown: self.serving.clone(),
        });
        opened!(Service::Payments, opened.await, |app| app.router())
    }

    pub(crate) fn open_expiration(&self) -> Result<OpenService, StartError> {
        let opened = ticketing_expiration::App::open(ticketing_expiration::Settings {
            database: self.databases.for_service(Service::Expiration)?,
            clock: self.settings.clock.clone(),
        });
        opened!(Service::Expiration, opened, |app| OpenApiRouter::new())
    }

    /// Warns if the cookie is `Secure` and no trusted proxy can terminate TLS.
    fn warn_of_plain_http(&self) {
        let StackSettings { cookie, listen, trusted_proxies, .. } = self.settings;
        if cookie.is_secure() && !listen.ip().is_loopback() && trusted_proxies.is_empty() {
            tracing::warn!(
                %listen,
                "the session cookie is Secure and this listener speaks plain HTTP: browsers can sign in only through \
                 a proxy with TLS; name it in TICKETING_TRUSTED_PROXIES, or set TICKETING_COOKIE_SECURE=false"
            );
        }
    }

    /// Returns the sessions for a service. The revoked sessions in memory are those of the process; each service has
    /// its own table of them, which services of other processes fill from the event.
    fn sessions(&self) -> Result<Sessions, StartError> {
        let (keys, revoked) = (SessionKeys::new(&self.session_keys)?, self.revoked.with_own_table());
        let (cookie, ttl) = (self.settings.cookie.clone(), self.settings.session_ttl);
        Ok(Sessions::new(keys, cookie, ttl, revoked, self.settings.clock.clone()))
    }
}

/// Creates the client, which needs only settings.
pub(crate) fn client_app(settings: &StackSettings) -> ticketing_client::App {
    ticketing_client::App::new(&ticketing_client::Settings {
        stripe: settings.stripe_publishable_key.clone(),
        public_url: settings.public_url.clone(),
    })
}

/// Connects the bus to a NATS server.
pub(crate) async fn connect_jetstream(options: &JetStreamOptions) -> Result<Bus, StartError> {
    Box::pin(Bus::jetstream(options.clone())).await.map_err(StartError::nats)
}

fn service_error<E: std::fmt::Display>(service: &'static str) -> impl Fn(E) -> StartError {
    move |error| StartError::Service { service, reason: error.to_string() }
}
