//! The table of keyed requests, and the two ways to go through it: in one transaction, or around a call.

use std::time::Duration;

use ticketing_sdk::{ErrorCode, Timestamp};

use super::{Answer, Fingerprint, IdempotencyKey};
use crate::args;
use crate::db::{DbError, Migrations, Tx};
use crate::http::ApiError;

/// The table `idempotency_keys`.
pub const MIGRATIONS: Migrations = Migrations {
    part: "idempotency",
    scripts: &[(
        "V1__idempotency_keys",
        include_str!("../../migrations/idempotency_V1__idempotency_keys.sql"),
    )],
};

/// How long an answer is kept.
pub const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// One request that may come again.
#[derive(Debug, Clone)]
pub struct Once {
    key: Option<String>,
    scope: String,
    fingerprint: Fingerprint,
    now: Timestamp,
}

impl Once {
    /// A request by `user` (an id, or an address where nobody is signed in) to `route` (`"POST /api/orders"`).
    #[must_use]
    pub fn new(
        key: &IdempotencyKey,
        user: &str,
        route: &'static str,
        fingerprint: Fingerprint,
        now: Timestamp,
    ) -> Self {
        Self { key: key.0.clone(), scope: format!("{user} {route}"), fingerprint, now }
    }
}

/// What is known of a request when it arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It has no key: answer it, there is nothing to keep.
    NoKey,
    /// It is new: answer it, then call [`finish`].
    Fresh,
    /// It was answered before: answer the same.
    Replay(Answer),
    /// It is being answered; usually a case for [`in_flight`].
    InFlight,
}

/// 409: the first request with this key is still being answered.
#[must_use]
pub fn in_flight() -> ApiError {
    ApiError::conflict(
        ErrorCode::IdempotencyKeyInFlight,
        "A request with this Idempotency-Key is still being answered",
    )
    .retry_after(1)
}

/// Runs a unit at most once for its key, and keeps its answer in the same transaction.
///
/// A refusal (4xx) is an answer too: it is kept, what the unit did before it is undone, and it comes back as `Ok` so
/// that the transaction commits. A failure (5xx) or a limit (429) is not kept: the request may be tried again. Without
/// a key the unit just runs.
///
/// # Errors
/// 422 when the key was used with another body, 409 when it is in flight, and what the unit returned.
pub fn once(
    tx: &mut Tx<'_>,
    once: &Once,
    unit: impl FnOnce(&mut Tx<'_>) -> Result<Answer, ApiError>,
) -> Result<Answer, ApiError> {
    match begin(tx, once)? {
        Begun::NoKey => return unit(tx),
        Begun::Replay(answer) => return Ok(answer),
        Begun::InFlight => return Err(in_flight()),
        Begun::Fresh => {}
    }
    let answer = match tx.savepoint(unit) {
        Ok(answer) => answer,
        Err(error) if error.status().is_client_error() && error.status() != 429 => Answer::from(&error),
        Err(error) => return Err(error),
    };
    finish(tx, once, &answer)?;
    Ok(answer)
}

/// Takes the key for this request, or says what became of the first one with it. For routes that need more than one
/// transaction: call [`finish`] in the one that settles the answer, or [`forget`] when there is none worth keeping.
///
/// # Errors
/// 422 when the key was used with another body.
pub fn begin(tx: &mut Tx<'_>, once: &Once) -> Result<Begun, ApiError> {
    let Some(key) = &once.key else { return Ok(Begun::NoKey) };
    if insert(tx, once, key)? {
        return Ok(Begun::Fresh);
    }
    let sql =
        "SELECT fingerprint, status, body, created_at FROM idempotency_keys WHERE scope = $1 AND key = $2";
    let found = tx.query_opt(sql, args![&once.scope, key], |row| {
        let status = row.opt_int("status")?.map(u16::try_from).transpose();
        let status = status.map_err(|error| DbError::Statement(format!("column status: {error}")))?;
        let body = row.opt_text("body")?.unwrap_or_default();
        Ok((row.text("fingerprint")?, status.map(|status| Answer { status, body }), row.time("created_at")?))
    })?;
    match found {
        Some((_, _, created_at)) if created_at + KEPT <= once.now => {
            forget(tx, once)?;
            insert(tx, once, key)?;
            Ok(Begun::Fresh)
        }
        Some((fingerprint, _, _)) if fingerprint != once.fingerprint.as_str() => {
            Err(ApiError::unprocessable(
                ErrorCode::IdempotencyKeyReused,
                "This Idempotency-Key was used with another request body",
            ))
        }
        Some((_, Some(answer), _)) => Ok(Begun::Replay(answer)),
        Some((_, None, _)) | None => Ok(Begun::InFlight),
    }
}

fn insert(tx: &mut Tx<'_>, once: &Once, key: &str) -> Result<bool, DbError> {
    let sql = "INSERT INTO idempotency_keys (scope, key, fingerprint, created_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, args![&once.scope, key, once.fingerprint.as_str(), once.now])? > 0)
}

/// Keeps the answer of a request that [`begin`] called fresh.
///
/// # Errors
/// When the statement fails.
pub fn finish(tx: &mut Tx<'_>, once: &Once, answer: &Answer) -> Result<(), DbError> {
    let Some(key) = &once.key else { return Ok(()) };
    let sql = "UPDATE idempotency_keys SET status = $3, body = $4 WHERE scope = $1 AND key = $2";
    tx.post(sql, args![&once.scope, key, i64::from(answer.status), &answer.body])
}

/// Gives the key back: the next request with it is a fresh one.
///
/// # Errors
/// When the statement fails.
pub fn forget(tx: &mut Tx<'_>, once: &Once) -> Result<(), DbError> {
    let Some(key) = &once.key else { return Ok(()) };
    tx.execute("DELETE FROM idempotency_keys WHERE scope = $1 AND key = $2", args![&once.scope, key])?;
    Ok(())
}

/// Deletes what is older than [`KEPT`]; how many.
///
/// # Errors
/// When the statement fails.
pub fn prune(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, DbError> {
    let kept = i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX);
    tx.execute("DELETE FROM idempotency_keys WHERE created_at <= $1", args![now.as_millis() - kept])
}
