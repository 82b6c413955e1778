//! Password hashing: Argon2id on blocking threads, few at a time.

mod fair_semaphore;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash;
use argon2::password_hash::phc::{Output, ParamsString, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, PasswordHash, Version};
use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};
use ticketing_platform::http::ApiError;
use tokio::task::spawn_blocking;

pub(crate) use self::fair_semaphore::Requester;
use self::fair_semaphore::{FairSemaphore, QueueFull};

/// The cost of a hash, and the limits of concurrent and queued hashes.
#[derive(Debug, Clone, Copy)]
pub struct HashingSettings {
    /// Memory of one computation, in KiB.
    pub memory: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes of the memory.
    pub lanes: u32,
    /// The number of concurrent hashes (at least 1). Each slot keeps its `memory` after its first use, and uses one core.
    pub slots: usize,
    /// The length of the queue for a slot; further requests get 503.
    pub waiting: usize,
}

/// The maximum of the default number of slots, so that hashing leaves CPU time to other work.
const MAX_DEFAULT_SLOTS: usize = 8;

/// The length of the queue for each slot: the last request waits about a second.
const QUEUE_LEN_PER_SLOT: usize = 32;

impl HashingSettings {
    /// Returns the same costs with this number of slots, and a queue in proportion.
    #[must_use]
    pub fn with_slots(self, slots: usize) -> Self {
        Self { slots, waiting: slots.saturating_mul(QUEUE_LEN_PER_SLOT), ..self }
    }
}

impl Default for HashingSettings {
    /// Returns 19 MiB, 2 passes, 1 lane, as OWASP recommends, and a slot for each core, at most 8.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let costs = Self { memory: 19 * 1024, passes: 2, lanes: 1, slots: 1, waiting: 0 };
        costs.with_slots(cores.min(MAX_DEFAULT_SLOTS))
    }
}

/// A password could not be hashed or verified.
#[derive(Debug, thiserror::Error)]
pub enum HashingError {
    /// The costs are invalid.
    #[error("the costs of password hashing are not valid: {0}")]
    Costs(argon2::Error),
    /// The queue is full.
    #[error("the queue for password hashing is full")]
    Busy,
    /// The hash failed, or a stored hash is invalid.
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
    /// The hash that the password of an unknown e-mail address is verified against. No password matches it.
    decoy: PasswordHash,
    /// The memory of idle slots, which is reused and not freed.
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
    semaphore: FairSemaphore,
    /// The hashes of new passwords, and those of verified ones, including those of unknown e-mails.
    counts: [AtomicU64; 2],
}

impl Hasher {
    pub(crate) async fn new(costs: &HashingSettings) -> Result<Self, HashingError> {
        let params =
            Params::new(costs.memory, costs.passes, costs.lanes, None).map_err(HashingError::Costs)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let (hasher, mut blocks) = (argon2.clone(), Vec::new());
        let (decoy, blocks) = join_hash(spawn_blocking(move || {
            let inner = hash(&hasher, b"", &mut blocks)?.to_string();
            // Hashed twice with two random salts, so that no password is known for the outer one.
            Ok((hash(&hasher, inner.as_bytes(), &mut blocks)?, blocks))
        }))
        .await?;
        Ok(Self {
            argon2,
            decoy,
            memory: Arc::new(Mutex::new(vec![blocks])),
            semaphore: FairSemaphore::new(costs.slots, costs.waiting),
            counts: Default::default(),
        })
    }

    /// Returns the hash of a new password with a random salt, as PHC text.
    pub(crate) async fn hash(
        &self,
        password: &impl ExposeSecret<str>,
        requester: Requester,
    ) -> Result<String, HashingError> {
        let password = SecretString::from(password.expose_secret());
        let work = move |argon2: &Argon2<'static>, blocks: &mut Vec<Block>| {
            hash(argon2, password.expose_secret().as_bytes(), blocks)
        };
        let hash = self.run(requester, work).await?;
        self.counts[0].fetch_add(1, Ordering::Relaxed);
        Ok(hash.to_string())
    }

    /// Returns whether a password matches a hash. Without an account it takes the same time.
    pub(crate) async fn verify(
        &self,
        password: &impl ExposeSecret<str>,
        stored: Option<&str>,
        requester: Requester,
    ) -> Result<bool, HashingError> {
        let password = SecretString::from(password.expose_secret());
        let known = stored.is_some();
        let hash = match stored {
            Some(stored) => {
                PasswordHash::new(stored).map_err(|error| HashingError::Failed(error.to_string()))?
            }
            None => self.decoy.clone(),
        };
        let work = move |_: &Argon2<'static>, blocks: &mut Vec<Block>| {
            is_hash_of(&hash, password.expose_secret().as_bytes(), blocks)
        };
        let matches = self.run(requester, work).await?;
        self.counts[1].fetch_add(1, Ordering::Relaxed);
        Ok(matches && known)
    }

    pub(crate) fn counts(&self) -> [u64; 2] {
        self.counts.each_ref().map(|count| count.load(Ordering::Relaxed))
    }

    async fn run<T: Send + 'static>(
        &self,
        requester: Requester,
        work: impl FnOnce(&Argon2<'static>, &mut Vec<Block>) -> Result<T, password_hash::Error> + Send + 'static,
    ) -> Result<T, HashingError> {
        let permit = self.semaphore.acquire(requester).await.map_err(|QueueFull| {
            metrics::counter!("auth_hashing_refused_total").increment(1);
            HashingError::Busy
        })?;
        let (argon2, memory) = (self.argon2.clone(), Arc::clone(&self.memory));
        join_hash(spawn_blocking(move || {
            // Held until the end of the hash, which continues if its client has disconnected.
            let _held = permit;
            let mut blocks = memory.lock().pop().unwrap_or_default();
            let outcome = work(&argon2, &mut blocks);
            memory.lock().push(blocks);
            outcome
        }))
        .await
    }

    /// Returns the number of idle slots that hold memory.
    #[cfg(test)]
    fn idle_slots(&self) -> usize {
        self.memory.lock().len()
    }
}

/// Hashes a password with a random salt, in `blocks`.
fn hash(
    argon2: &Argon2<'_>,
    password: &[u8],
    blocks: &mut Vec<Block>,
) -> Result<PasswordHash, password_hash::Error> {
    let salt = Salt::new(&password_hash::try_generate_salt()?)?;
    let hash = output(argon2, password, &salt, blocks)?;
    Ok(PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon2.params())?,
        salt: Some(salt),
        hash: Some(hash),
    })
}

/// Returns whether `hash` is the hash of a password, with the costs in the hash, in `blocks` and in constant time.
fn is_hash_of(
    hash: &PasswordHash,
    password: &[u8],
    blocks: &mut Vec<Block>,
) -> Result<bool, password_hash::Error> {
    let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else { return Ok(false) };
    let algorithm = Algorithm::try_from(hash.algorithm.as_str())?;
    let version = hash.version.map(Version::try_from).transpose()?.unwrap_or_default();
    let argon2 = Argon2::new(algorithm, version, Params::try_from(hash)?);
    Ok(output(&argon2, password, salt, blocks)? == *expected)
}

fn output(
    argon2: &Argon2<'_>,
    password: &[u8],
    salt: &Salt,
    blocks: &mut Vec<Block>,
) -> Result<Output, password_hash::Error> {
    let needed = argon2.params().block_count();
    if blocks.len() < needed {
        // In one allocation: a growing vector would need its old memory beside the new one.
        *blocks = Vec::new();
        blocks.resize(needed, Block::new());
    }
    let mut buffer = [0_u8; Output::MAX_LENGTH];
    let length = argon2.params().output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let out = buffer.get_mut(..length).ok_or(password_hash::Error::OutputSize)?;
    argon2.hash_password_into_with_memory(password, salt, out, blocks.as_mut_slice())?;
    Ok(Output::new(out)?)
}

async fn join_hash<T>(
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

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "correct horse battery";

    fn requester() -> Requester {
        Requester { address: std::net::Ipv4Addr::LOCALHOST.into(), guessed_account: None }
    }

    fn cheap() -> HashingSettings {
        HashingSettings { memory: 64, passes: 1, ..HashingSettings::default().with_slots(3) }
    }

    #[tokio::test]
    async fn hashes_are_compatible_with_the_library() {
        use argon2::{PasswordHasher as _, PasswordVerifier as _};
        let hasher = Hasher::new(&cheap()).await.unwrap();
        let ours = hasher.hash(&SecretString::from(PASSWORD), requester()).await.unwrap();
        let library = Argon2::default();
        library.verify_password(PASSWORD.as_bytes(), &PasswordHash::new(&ours).unwrap()).unwrap();
        // A hash with other costs, as stored before the costs were changed.
        let theirs = library.hash_password(PASSWORD.as_bytes()).unwrap().to_string();
        for stored in [&ours, &theirs] {
            assert!(hasher.verify(&SecretString::from(PASSWORD), Some(stored), requester()).await.unwrap());
            assert!(
                !hasher.verify(&SecretString::from("wrong horse"), Some(stored), requester()).await.unwrap()
            );
        }
        assert!(!hasher.verify(&SecretString::from(PASSWORD), None, requester()).await.unwrap());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn slots_reuse_their_memory() {
        let hasher = Arc::new(Hasher::new(&cheap()).await.unwrap());
        let tasks: Vec<_> = (0..60)
            .map(|_| {
                let hasher = Arc::clone(&hasher);
                tokio::spawn(async move { hasher.hash(&SecretString::from(PASSWORD), requester()).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert!((1..=3).contains(&hasher.idle_slots()), "{}", hasher.idle_slots());
        let capacities: Vec<usize> = hasher.memory.lock().iter().map(Vec::capacity).collect();
        assert!(capacities.iter().all(|blocks| *blocks == 64), "{capacities:?}");
    }
}
