//! The limits on guessing: by account and by address.

use ticketing_platform::clock::Clock;
use ticketing_platform::http::{ApiError, RetryAfter};
use ticketing_platform::limits::{ClientAddress, RateLimit};
use ticketing_sdk::ErrorCode;

use crate::domain::Email;
use crate::settings::Limits;

/// Counts tries, in memory.
#[derive(Debug)]
pub(crate) struct Tries {
    accounts: RateLimit,
    addresses: RateLimit,
}

impl Tries {
    pub(crate) fn new(limits: Limits, clock: &Clock) -> Self {
        Self {
            accounts: RateLimit::per_minute(limits.signins_per_account, clock.clone()),
            addresses: RateLimit::per_minute(limits.tries_per_address, clock.clone()),
        }
    }

    /// Counts a sign-in or a sign-up from an address.
    pub(crate) fn count_address(&self, address: ClientAddress) -> Result<(), ApiError> {
        self.addresses.check(&address.key()).map_err(|wait| refused("address", wait))
    }

    /// Counts a sign-in to an account. One that does not exist is no different, or the limit would tell.
    pub(crate) fn count_account(&self, email: &Email) -> Result<(), ApiError> {
        self.accounts.check(&email.key()).map_err(|wait| refused("account", wait))
    }
}

fn refused(by: &'static str, wait: RetryAfter) -> ApiError {
    metrics::counter!("auth_tries_refused_total", "by" => by).increment(1);
    ApiError::too_many(ErrorCode::TooManyRequests, "Too many tries, please wait a moment", wait)
}
