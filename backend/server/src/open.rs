//! Opens the services with the settings of their process.

use secrecy::SecretString;
use ticketing_bus::{Bus, JetStreamOptions};
use ticketing_platform::clock::Clock;
use ticketing_platform::http::StreamSlots;
use ticketing_platform::session::{RevokedSessions, SessionKeys, Sessions};
use ticketing_platform::shutdown::Shutdown;
use ticketing_tickets::PassSigner;

use crate::databases::Databases;
use crate::provider::CardProvider;
use crate::{StackSettings, StartError};

/// Opens services that share the settings, databases and session keys of a process.
pub(crate) struct ServiceOpener<'s> {
    pub(crate) settings: &'s StackSettings,
    pub(crate) databases: Databases,
    /// The session keys: the first one signs, all verify.
    pub(crate) signing: Vec<SecretString>,
    /// The keys of the codes of passes: the first one signs, all verify.
    pub(crate) pass_keys: Vec<SecretString>,
    /// The sessions that each service of this process refuses.
    pub(crate) revoked: RevokedSessions,
    pub(crate) serving: Shutdown,
}

impl ServiceOpener<'_> {
    pub(crate) async fn open_auth(&self) -> Result<ticketing_auth::App, StartError> {
        self.warn_of_plain_http();
        let opened = ticketing_auth::App::open(ticketing_auth::Settings {
            database: self.databases.of(crate::Service::Auth)?,
            clock: self.clock(),
            sessions: self.sessions()?,
            proxies: self.settings.trusted_proxies.clone(),
            fingerprint_key: self.signing.first().cloned().unwrap_or_default(),
            limits: self.settings.limits,
            hashing: self.settings.hashing,
        });
        opened.await.map_err(failed("auth"))
    }

    pub(crate) async fn open_tickets(&self) -> Result<ticketing_tickets::App, StartError> {
        let opened = ticketing_tickets::App::open(ticketing_tickets::Settings {
            database: self.databases.of(crate::Service::Tickets)?,
            clock: self.clock(),
            sessions: self.sessions()?,
            pass_signer: PassSigner::new(&self.pass_keys)?,
            resale_cap: self.settings.resale_cap,
            writes: self.settings.writes,
            proxies: self.settings.trusted_proxies.clone(),
            streams: StreamSlots::new(self.settings.serve.streams, self.settings.serve.streams_per_address),
            shutdown: self.serving.clone(),
        });
        opened.await.map_err(failed("tickets"))
    }

    pub(crate) async fn open_orders(&self) -> Result<ticketing_orders::App, StartError> {
        let opened = ticketing_orders::App::open(ticketing_orders::Settings {
            database: self.databases.of(crate::Service::Orders)?,
            clock: self.clock(),
            sessions: self.sessions()?,
            order_ttl: self.settings.order_ttl,
            open_limit: self.settings.open_orders,
            reorder_pause: self.settings.reorder_pause,
            writes: self.settings.writes,
        });
        opened.await.map_err(failed("orders"))
    }

    pub(crate) async fn open_payments(
        &self,
        provider: &CardProvider,
    ) -> Result<ticketing_payments::App, StartError> {
        let opened = ticketing_payments::App::open(ticketing_payments::Settings {
            database: self.databases.of(crate::Service::Payments)?,
            clock: self.clock(),
            sessions: self.sessions()?,
            provider: provider.provider(),
            timeouts: self.settings.payment_timeouts,
            writes: self.settings.writes,
            shutdown: self.serving.clone(),
        });
        opened.await.map_err(failed("payments"))
    }

    pub(crate) fn open_expiration(&self) -> Result<ticketing_expiration::App, StartError> {
        let opened = ticketing_expiration::App::open(ticketing_expiration::Settings {
            database: self.databases.of(crate::Service::Expiration)?,
            clock: self.clock(),
        });
        opened.map_err(failed("expiration"))
    }

    pub(crate) fn open_provider(&self) -> Result<CardProvider, StartError> {
        CardProvider::open(self.settings, &self.databases)
    }

    /// Warns if the cookie is `Secure` and no trusted proxy can terminate TLS.
    fn warn_of_plain_http(&self) {
        let StackSettings { cookie, listen, trusted_proxies, .. } = self.settings;
        if cookie.is_secure() && !listen.ip().is_loopback() && trusted_proxies.is_empty() {
            tracing::warn!(
                %listen,
                "the session cookie is Secure and this listener speaks plain HTTP: browsers can sign in through a proxy \
                 with TLS only; name it in TICKETING_TRUSTED_PROXIES, or set TICKETING_COOKIE_SECURE=false"
            );
        }
    }

    fn clock(&self) -> Clock {
        self.settings.clock.clone()
    }

    /// Returns the sessions for a service. The revoked sessions in memory are those of the process; each service has
    /// its own table of them, which services of other processes fill from the event.
    fn sessions(&self) -> Result<Sessions, StartError> {
        let (keys, revoked) = (SessionKeys::new(&self.signing)?, self.revoked.with_own_table());
        let (cookie, ttl) = (self.settings.cookie.clone(), self.settings.session_ttl);
        Ok(Sessions::new(keys, cookie, ttl, revoked, self.clock()))
    }
}

/// Creates the client, which needs only settings.
pub(crate) fn client_app(settings: &StackSettings) -> ticketing_client::App {
    ticketing_client::App::new(&ticketing_client::Settings {
        stripe: settings.stripe_publishable_key.clone(),
        // A `Secure` cookie shows that browsers use TLS.
        tls: settings.cookie.is_secure(),
    })
}

/// Connects the bus to a NATS server.
pub(crate) async fn connect_jetstream(options: &JetStreamOptions) -> Result<Bus, StartError> {
    Box::pin(Bus::jetstream(options.clone())).await.map_err(StartError::nats)
}

fn failed<E: std::fmt::Display>(service: &'static str) -> impl Fn(E) -> StartError {
    move |error| StartError::Service { service, reason: error.to_string() }
}
