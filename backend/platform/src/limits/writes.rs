//! The write limit of an account: listings, edits, orders, cancellations, payments.

use std::sync::Arc;

use ticketing_sdk::{ErrorCode, UserId};

use super::RateLimit;
use crate::clock::Clock;
use crate::db::Db;
use crate::http::ApiError;
use crate::idempotency::{self, KeyedRequest};

/// The write limit of an account. Each service of each process counts separately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteRate {
    /// The number of writes that are replenished in a minute. 0: no limit.
    pub per_minute: u32,
    /// The number of writes at once.
    pub burst: u32,
}

impl WriteRate {
    /// No limit.
    pub const UNLIMITED: Self = Self { per_minute: 0, burst: 0 };
}

impl Default for WriteRate {
    /// Returns a limit that a person does not reach, and with which an import of 1000 seats takes about a minute.
    fn default() -> Self {
        Self { per_minute: 600, burst: 300 }
    }
}

/// Counts the writes of each account, in memory. Clones share the count; the default is no limit.
#[derive(Debug, Clone, Default)]
pub struct WriteLimit(Option<Arc<RateLimit>>);

impl WriteLimit {
    /// Creates a limit that uses `clock`.
    pub fn new(rate: WriteRate, clock: Clock) -> Self {
        let limit = || Arc::new(RateLimit::with_burst(rate.per_minute, rate.burst, clock));
        Self((rate.per_minute > 0).then(limit))
    }

    /// Takes one write of the limit of an account.
    ///
    /// # Errors
    /// 429 `too_many_requests` with `Retry-After` if the account has no write left.
    pub fn acquire(&self, user: &UserId) -> Result<(), ApiError> {
        let Some(limit) = &self.0 else { return Ok(()) };
        limit.acquire(user.as_str()).map_err(|wait| {
            metrics::counter!("writes_refused_total").increment(1);
            ApiError::too_many(
                ErrorCode::TooManyRequests,
                "Too many changes at once, please wait a moment",
                wait,
            )
        })
    }

    /// As [`acquire`](Self::acquire), for a write that may be a retry: a request with a known key is never refused,
    /// because its client may not have received the answer.
    ///
    /// # Errors
    /// 429 as [`acquire`](Self::acquire), or an error of the database.
    pub async fn acquire_keyed(&self, user: &UserId, db: &Db, keyed: &KeyedRequest) -> Result<(), ApiError> {
        match self.acquire(user) {
            Err(refusal) if idempotency::find(db, keyed).await?.is_none() => Err(refusal),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use ticketing_sdk::Timestamp;

    use super::*;

    #[test]
    fn limit_of_one_account_does_not_affect_others() {
        let clock = Clock::manual(Timestamp::from_millis(1_700_000_000_000));
        let limit = WriteLimit::new(WriteRate { per_minute: 60, burst: 3 }, clock.clone());
        let (ada, bob) = (UserId::new("ada"), UserId::new("bob"));
        for _ in 0..3 {
            limit.acquire(&ada).unwrap();
        }
        let refusal = limit.acquire(&ada).unwrap_err();
        assert_eq!((refusal.status().as_u16(), refusal.code()), (429, Some(&ErrorCode::TooManyRequests)));
        limit.acquire(&bob).unwrap();
        clock.advance(std::time::Duration::from_secs(1));
        limit.acquire(&ada).unwrap();
    }

    #[test]
    fn writes_without_a_limit_are_never_refused() {
        let clock = Clock::manual(Timestamp::from_millis(1_700_000_000_000));
        for limit in [WriteLimit::default(), WriteLimit::new(WriteRate::UNLIMITED, clock)] {
            for _ in 0..10_000 {
                limit.acquire(&UserId::new("ada")).unwrap();
            }
        }
    }
}
