//! The auth service: accounts and sessions.

pub mod audit;
mod domain;
mod hashing;
mod limits;
mod router;
mod routes;
mod settings;
mod store;

use std::sync::Arc;

use axum::extract::FromRef;
use secrecy::SecretString;
use ticketing_bus::{Bus, ServiceCore};
use ticketing_platform::db::{Migrations, OpenError};
use ticketing_platform::http::TrustedProxies;
use ticketing_platform::session::Sessions;
use ticketing_platform::shutdown::Shutdown;
use utoipa_axum::router::OpenApiRouter;

pub use hashing::{HashingError, HashingSettings};
pub use settings::{Limits, Settings};

use hashing::Hasher;
use limits::SignInLimiter;

/// The tables of the service.
pub const MIGRATIONS: Migrations =
    Migrations { part: "auth", scripts: &[("V1__users", include_str!("../migrations/V1__users.sql"))] };

/// The service. Clones share it.
#[derive(Clone, Debug, FromRef)]
pub struct App {
    core: ServiceCore,
    sessions: Sessions,
    proxies: TrustedProxies,
    fingerprint_key: SecretString,
    tries: Arc<SignInLimiter>,
    hasher: Arc<Hasher>,
}

/// The service could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The database could not be opened, migrated or read.
    #[error(transparent)]
    Core(#[from] OpenError),
    /// Passwords cannot be hashed with these settings.
    #[error(transparent)]
    HashingSettings(#[from] HashingError),
}

impl App {
    /// Opens the database and loads the revoked sessions.
    ///
    /// # Errors
    /// If the database cannot be opened, migrated or read, or the costs of hashing are not valid.
    pub async fn open(settings: Settings) -> Result<Self, StartError> {
        let Settings { database, clock, sessions, proxies, fingerprint_key, limits, hashing } = settings;
        let hasher = Hasher::new(&hashing).await?;
        let tries = SignInLimiter::new(limits, &clock);
        let core = ServiceCore::open_with_sessions(database, clock, &sessions, MIGRATIONS).await?;
        Ok(Self {
            core,
            sessions,
            proxies,
            fingerprint_key,
            tries: Arc::new(tries),
            hasher: Arc::new(hasher),
        })
    }

    /// Returns the routes below `/api/users`.
    pub fn router(&self) -> OpenApiRouter {
        router::router(self.clone())
    }

    /// Starts the relay and the pruning of old rows. The service consumes no events.
    pub fn start(&self, bus: &Bus, shutdown: &Shutdown) {
        self.core.start(bus, None, shutdown);
    }

    /// Returns the core of the service.
    pub fn core(&self) -> &ServiceCore {
        &self.core
    }

    /// Returns the numbers of hashed and of verified passwords since the service was opened.
    pub fn hash_counts(&self) -> [u64; 2] {
        self.hasher.counts()
    }
}
