//! The limits of sign-in attempts: by address, by account and address, and a delay by account.
//!
//! Attempts from one address never refuse the owner of the account at another address. Attempts from many addresses delay
//! later ones, except those from an address that has signed in to the account before.

mod known;

use std::time::Duration;

use ticketing_platform::clock::Clock;
use ticketing_platform::http::{ApiError, ClientAddress, RetryAfter};
use ticketing_platform::limits::RateLimit;
use ticketing_sdk::ErrorCode;
use tokio::sync::Semaphore;

use self::known::KnownAddresses;
use crate::domain::Email;
use crate::hashing::Requester;
use crate::settings::Limits;

/// The maximum number of delayed requests, which bounds their memory. Further requests are not delayed.
const MAX_DELAYED: usize = 1024;

/// The limiter of sign-ups and sign-ins, in memory.
#[derive(Debug)]
pub(crate) struct SignInLimiter {
    /// By address.
    addresses: RateLimit,
    /// By account and address.
    pairs: RateLimit,
    /// By account, over the addresses that have not signed in to it.
    accounts: RateLimit,
    known: KnownAddresses,
    delay: Duration,
    delayed: Semaphore,
    clock: Clock,
}

impl SignInLimiter {
    pub(crate) fn new(limits: Limits, clock: &Clock) -> Self {
        Self {
            addresses: RateLimit::per_minute(limits.signins_per_address, clock.clone()),
            pairs: RateLimit::per_minute(limits.signins_per_account, clock.clone()),
            accounts: RateLimit::per_minute(limits.signins_before_delay, clock.clone()),
            known: KnownAddresses::default(),
            delay: limits.signin_delay,
            delayed: Semaphore::new(MAX_DELAYED),
            clock: clock.clone(),
        }
    }

    /// Counts a sign-up from an address.
    pub(crate) fn count_signup(&self, address: ClientAddress) -> Result<(), ApiError> {
        self.addresses
            .acquire(&address.subscriber().to_string())
            .map_err(|wait| too_many_attempts("address", wait))
    }

    /// Counts a sign-in to an account from an address, and delays it after attempts from many addresses. Accounts that
    /// do not exist are treated alike, so that the limit does not reveal them.
    pub(crate) async fn count_signin(&self, email: &Email, address: ClientAddress) -> Result<(), ApiError> {
        let (account, address) = (email.key(), address.subscriber().to_string());
        self.addresses.acquire(&address).map_err(|wait| too_many_attempts("address", wait))?;
        let pair = format!("{account} {address}");
        self.pairs.acquire(&pair).map_err(|wait| too_many_attempts("account", wait))?;
        if self.known.contains_and_renew(&pair) || self.accounts.acquire(&account).is_ok() {
            return Ok(());
        }
        metrics::counter!("auth_attempts_delayed_total").increment(1);
        if let Ok(_held) = self.delayed.try_acquire() {
            self.clock.sleep(self.delay).await;
        }
        Ok(())
    }

    /// Returns the requester of a hash, by which the queue is shared.
    pub(crate) fn requester(&self, tried: Option<&Email>, address: ClientAddress) -> Requester {
        let account = tried.map(Email::key);
        let is_guess =
            |account: &String| !self.known.contains_and_renew(&format!("{account} {}", address.subscriber()));
        Requester { address: address.subscriber(), guessed_account: account.filter(is_guess) }
    }

    /// Records that an address has signed in to an account, so that its later attempts are not delayed.
    pub(crate) fn remember(&self, email: &Email, address: ClientAddress) {
        self.known.insert(&format!("{} {}", email.key(), address.subscriber()));
    }
}

fn too_many_attempts(by: &'static str, wait: RetryAfter) -> ApiError {
    metrics::counter!("auth_attempts_refused_total", "by" => by).increment(1);
    ApiError::too_many(ErrorCode::TooManyRequests, "Too many attempts, please wait a moment", wait)
}
