//! Password hashing: Argon2id on blocking threads, few at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::{self, PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use secrecy::{ExposeSecret, SecretString};
use ticketing_platform::http::ApiError;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// What a hash costs, and how many are computed at a time.
#[derive(Debug, Clone, Copy)]
pub struct Hashing {
    /// Memory of one computation, in KiB.
    pub memory: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes of the memory.
    pub lanes: u32,
    /// Computations at a time (at least 1). Each holds `memory` and keeps a core busy.
    pub at_once: usize,
    /// Requests that may wait for a computation; beyond it they are answered 503.
    pub waiting: usize,
}

impl Default for Hashing {
    /// 19 MiB, 2 passes, 1 lane, as OWASP advises; one computation for each core, and so many waiting that the last
    /// one waits about a second.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { memory: 19 * 1024, passes: 2, lanes: 1, at_once: cores, waiting: cores * 32 }
    }
}

/// What the service has hashed since it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HashCounts {
    /// New passwords hashed.
    pub hashed: u64,
    /// Passwords verified, those of unknown e-mails among them.
    pub verified: u64,
}

/// Why a password could not be hashed or verified.
#[derive(Debug, thiserror::Error)]
pub enum HashingError {
    /// Argon2 does not work with these costs.
    #[error("the costs of password hashing are not valid: {0}")]
    Costs(argon2::Error),
    /// Too many requests wait already.
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// The computation failed, or a stored hash is not one.
    #[error("a password could not be hashed or verified: {0}")]
    Failed(String),
}

impl From<HashingError> for ApiError {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::unavailable("The service is busy, try again", 1),
            other => Self::internal(other),
        }
    }
}

/// Hashes and verifies passwords.
pub(crate) struct Hasher {
    argon2: Argon2<'static>,
    /// The hash of nobody's password: what the password of an unknown e-mail is verified against.
    decoy: PasswordHash,
    turns: Arc<Semaphore>,
    room: Arc<Semaphore>,
    hashed: AtomicU64,
    verified: AtomicU64,
}

impl Hasher {
    pub(crate) async fn new(costs: &Hashing) -> Result<Self, HashingError> {
        let params =
            Params::new(costs.memory, costs.passes, costs.lanes, None).map_err(HashingError::Costs)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hasher = argon2.clone();
        let decoy = computed(spawn_blocking(move || {
            let nobodys = hasher.hash_password(b"")?.to_string();
            // Hashed twice, with two random salts: no password is known to fit the outer one.
            hasher.hash_password(nobodys.as_bytes())
        }))
        .await?;
        let at_once = costs.at_once.max(1);
        Ok(Self {
            argon2,
            decoy,
            turns: Arc::new(Semaphore::new(at_once)),
            room: Arc::new(Semaphore::new(at_once + costs.waiting)),
            hashed: AtomicU64::new(0),
            verified: AtomicU64::new(0),
        })
    }

    /// The PHC text of a new password's hash, with a random salt.
    pub(crate) async fn hash(&self, password: &impl ExposeSecret<str>) -> Result<String, HashingError> {
        let password = SecretString::from(password.expose_secret());
        let hash = self.run(move |argon2| argon2.hash_password(password.expose_secret().as_bytes())).await?;
        self.hashed.fetch_add(1, Ordering::Relaxed);
        Ok(hash.to_string())
    }

    /// Whether the password is the one that was hashed. Where there is no account it takes the same time to say no.
    pub(crate) async fn verify(
        &self,
        password: &impl ExposeSecret<str>,
        stored: Option<&str>,
    ) -> Result<bool, HashingError> {
        let password = SecretString::from(password.expose_secret());
        let known = stored.is_some();
        let hash = match stored {
            Some(stored) => {
                PasswordHash::new(stored).map_err(|error| HashingError::Failed(error.to_string()))?
            }
            None => self.decoy.clone(),
        };
        let fits = self.run(move |argon2| {
            match argon2.verify_password(password.expose_secret().as_bytes(), &hash) {
                Ok(()) => Ok(true),
                Err(password_hash::Error::PasswordInvalid) => Ok(false),
                Err(error) => Err(error),
            }
        });
        let fits = fits.await?;
        self.verified.fetch_add(1, Ordering::Relaxed);
        Ok(fits && known)
    }

    pub(crate) fn counts(&self) -> HashCounts {
        HashCounts {
            hashed: self.hashed.load(Ordering::Relaxed),
            verified: self.verified.load(Ordering::Relaxed),
        }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> Result<T, password_hash::Error> + Send + 'static,
    ) -> Result<T, HashingError> {
        let Ok(place) = Arc::clone(&self.room).try_acquire_owned() else {
            metrics::counter!("auth_hashing_refused_total").increment(1);
            return Err(HashingError::Busy);
        };
        // The semaphores are never closed.
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| HashingError::Busy)?;
        let argon2 = self.argon2.clone();
        computed(spawn_blocking(move || {
            // Held to the end of the computation, which goes on when its client has gone away.
            let _held = (place, turn);
            work(&argon2)
        }))
        .await
    }
}

async fn computed<T>(
    task: tokio::task::JoinHandle<Result<T, password_hash::Error>>,
) -> Result<T, HashingError> {
    let outcome = task.await.map_err(|error| HashingError::Failed(error.to_string()))?;
    outcome.map_err(|error| HashingError::Failed(error.to_string()))
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hasher").field("counts", &self.counts()).finish_non_exhaustive()
    }
}
