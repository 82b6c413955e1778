//! The settings with which the service is opened.

use std::time::Duration;

use secrecy::SecretString;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::Database;
use ticketing_platform::http::TrustedProxies;
use ticketing_platform::session::Sessions;

use crate::hashing::Hashing;

/// The settings with which the service is opened.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its database.
    pub database: Database,
    /// The time; the same clock that `sessions` uses.
    pub clock: Clock,
    /// Signs and reads sessions.
    pub sessions: Sessions,
    /// The proxies that may say who a client is.
    pub proxies: TrustedProxies,
    /// Keys the fingerprints of sign-ups, since those cover a password. The session key does.
    pub fingerprint_key: SecretString,
    /// How often something may be tried.
    pub limits: Limits,
    /// What a password's hash costs.
    pub hashing: Hashing,
}

/// How often something may be tried.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Sign-in tries a minute for one account from one address, whether the account exists or not; beyond it the answer
    /// is 429.
    pub signins_per_account: u32,
    /// Sign-ins and sign-ups a minute from one address; beyond it the answer is 429.
    pub tries_per_address: u32,
    /// Sign-in tries a minute for one account over all addresses that have not signed in to it; further ones are
    /// delayed, never refused.
    pub signins_before_delay: u32,
    /// How long these wait.
    pub signin_delay: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            signins_per_account: 10,
            tries_per_address: 300,
            signins_before_delay: 30,
            signin_delay: Duration::from_secs(1),
        }
    }
}
