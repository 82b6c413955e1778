//! The dependencies and settings of the service.

use std::time::Duration;

use secrecy::SecretString;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::Database;
use ticketing_platform::http::TrustedProxies;
use ticketing_platform::session::Sessions;

use crate::hashing::HashingSettings;

/// The dependencies and settings of the service.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The database.
    pub database: Database,
    /// The clock, which `sessions` uses, too.
    pub clock: Clock,
    /// Signs and verifies sessions.
    pub sessions: Sessions,
    /// The proxies whose forwarding headers are trusted.
    pub proxies: TrustedProxies,
    /// The HMAC key of the fingerprints of sign-ups, whose bodies contain a password. It is the session key.
    pub fingerprint_key: SecretString,
    /// The rate limits of sign-ins.
    pub limits: Limits,
    /// The cost of password hashing.
    pub hashing: HashingSettings,
}

/// The rate limits of sign-ins.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Sign-in attempts a minute for one account from one address, whether the account exists or not; then 429.
    pub signins_per_account: u32,
    /// Sign-ins and sign-ups a minute from one address; then 429.
    pub signins_per_address: u32,
    /// Sign-in attempts a minute for one account from all addresses that have not signed in to it. Further ones are
    /// delayed.
    pub signins_before_delay: u32,
    /// The delay of these attempts.
    pub signin_delay: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            signins_per_account: 10,
            signins_per_address: 300,
            signins_before_delay: 30,
            signin_delay: Duration::from_secs(1),
        }
    }
}
