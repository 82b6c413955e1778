//! The table of keyed requests, and its two uses: in one transaction, or around a call to another system.

use std::time::Duration;

use http::StatusCode;
use serde::Serialize;
use ticketing_sdk::{ErrorCode, Timestamp, UserId};

use super::{Answer, Fingerprint, IdempotencyKey, KeyedAnswer, is_final};
use crate::args;
use crate::db::{Db, DbError, Migrations, Row, Tx};
use crate::http::{ApiError, KEY_RETENTION};

/// The table `idempotency_keys`.
pub const MIGRATIONS: Migrations = Migrations {
    part: "idempotency",
    scripts: &[(
        "V1__idempotency_keys",
        include_str!("../../migrations/idempotency_V1__idempotency_keys.sql"),
    )],
};

/// How long an answer is stored, as every response announces.
pub const RETENTION: Duration = KEY_RETENTION;

/// A request that a client may repeat.
#[derive(Debug, Clone)]
pub struct KeyedRequest {
    key: Option<String>,
    scope: String,
    fingerprint: Fingerprint,
    now: Timestamp,
}

impl KeyedRequest {
    /// Creates a request by `user` to `route` (`"POST /api/orders"`). `user` is the id of the signed-in user, or the
    /// e-mail address of a sign-up: only requests of the same user share a key.
    pub fn new(
        key: &IdempotencyKey,
        user: &str,
        route: &'static str,
        fingerprint: Fingerprint,
        now: Timestamp,
    ) -> Self {
        Self { key: key.0.clone(), scope: format!("{user} {route}"), fingerprint, now }
    }

    /// Creates a request of a signed-in user, as [`new`](Self::new), with the fingerprint of `body`.
    ///
    /// # Errors
    /// 500 if the body cannot be serialized.
    pub fn of_body(
        key: &IdempotencyKey,
        user: &UserId,
        route: &'static str,
        body: &impl Serialize,
        now: Timestamp,
    ) -> Result<Self, ApiError> {
        let fingerprint = Fingerprint::from_body(body).map_err(ApiError::internal)?;
        Ok(Self::new(key, user.as_str(), route, fingerprint, now))
    }

    /// Returns whether the request has a key.
    pub fn is_keyed(&self) -> bool {
        self.key.is_some()
    }
}

/// The outcome of a request in a committed transaction: an answer, or a refusal that releases the key.
pub type KeyedOutcome = Result<KeyedAnswer, ApiError>;

/// The state of an earlier request with the same key and body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EarlierRequest {
    /// It has an answer.
    Answered(Answer),
    /// It is in progress.
    InFlight,
}

/// Returns 409: the first request with this key is in progress.
pub fn in_flight_error() -> ApiError {
    ApiError::conflict(
        ErrorCode::IdempotencyKeyInFlight,
        "A request with this Idempotency-Key is still being answered",
    )
    .retry_after(1)
}

/// Runs a unit at most once for its key, and stores its answer in the same transaction.
///
/// A refusal undoes what the unit did before it. One that no other try can change ([`is_final`](super::is_final)) is
/// stored as an answer; any other releases the key. Both commit. A failure (5xx) is returned as an error, so that
/// nothing is committed. Without a key nothing is stored.
///
/// # Errors
/// 422 if the key was used with another body, 409 if it is in flight, and a failure of the unit.
pub fn run_once(
    tx: &mut Tx<'_>,
    request: &KeyedRequest,
    unit: impl FnOnce(&mut Tx<'_>) -> Result<Answer, ApiError>,
) -> Result<KeyedOutcome, ApiError> {
    match claim_key(tx, request)? {
        Some(EarlierRequest::Answered(answer)) => return Ok(Ok(KeyedAnswer::replay(answer))),
        Some(EarlierRequest::InFlight) => return Err(in_flight_error()),
        None => {}
    }
    match tx.savepoint(unit) {
        Err(failure) if failure.status().is_server_error() => Err(failure),
        outcome => Ok(record_outcome(tx, request, outcome)?),
    }
}

/// Runs a unit in a transaction of its own, as [`run_once`].
///
/// # Errors
/// As [`run_once`], and a refusal of the unit.
pub async fn write_once(
    db: &Db,
    request: KeyedRequest,
    unit: impl Fn(&mut Tx<'_>) -> Result<Answer, ApiError> + Send + 'static,
) -> Result<KeyedAnswer, ApiError> {
    db.write(move |tx| run_once(tx, &request, &unit)).await?
}

/// Ends a request that has claimed its key: stores its answer or final refusal, or releases the key.
///
/// # Errors
/// If a statement fails.
pub fn record_outcome(
    tx: &mut Tx<'_>,
    request: &KeyedRequest,
    outcome: Result<Answer, ApiError>,
) -> Result<KeyedOutcome, DbError> {
    let replayed = request.is_keyed().then_some(false);
    let answer = match outcome {
        Ok(answer) => answer,
        Err(refusal) if is_final(refusal.status(), refusal.code()) => Answer::from(&refusal),
        Err(refusal) => {
            release_key(tx, request)?;
            return Ok(Err(refusal));
        }
    };
    if answer.status == StatusCode::ACCEPTED.as_u16() {
        // Its outcome is open.
        release_key(tx, request)?;
    } else {
        store_answer(tx, request, &answer)?;
    }
    Ok(Ok(KeyedAnswer { answer, replayed }))
}

/// Finds an earlier request with this key and body, without claiming the key. Returns `None` if the request has no key,
/// or the key is unknown, older than [`RETENTION`], or used with another body.
///
/// # Errors
/// If the database fails.
pub async fn find(db: &Db, request: &KeyedRequest) -> Result<Option<EarlierRequest>, DbError> {
    if !request.is_keyed() {
        return Ok(None);
    }
    let looked_up = request.clone();
    let row = db.read(move |tx| find_stored(tx, &looked_up)).await?;
    Ok(match row {
        Some(row) if row.is_of(request) && !row.is_outdated(request) => {
            Some(row.answer.map_or(EarlierRequest::InFlight, EarlierRequest::Answered))
        }
        _ => None,
    })
}

/// A row of the table.
struct StoredKey {
    fingerprint: String,
    answer: Option<Answer>,
    created_at: Timestamp,
}

impl StoredKey {
    fn read(row: &Row<'_>) -> Result<Self, DbError> {
        let status = row.column::<Option<i64>>("status")?.map(u16::try_from).transpose();
        let status = status.map_err(|error| DbError::Statement(format!("column status: {error}")))?;
        let body = row.column::<Option<String>>("body")?.unwrap_or_default();
        let answer = status.map(|status| Answer { status, body });
        Ok(Self { fingerprint: row.text("fingerprint")?, answer, created_at: row.column("created_at")? })
    }

    fn is_of(&self, request: &KeyedRequest) -> bool {
        self.fingerprint == request.fingerprint.as_str()
    }

    fn is_outdated(&self, request: &KeyedRequest) -> bool {
        self.created_at + RETENTION <= request.now
    }
}

fn find_stored(tx: &mut Tx<'_>, request: &KeyedRequest) -> Result<Option<StoredKey>, DbError> {
    let Some(key) = &request.key else { return Ok(None) };
    let sql =
        "SELECT fingerprint, status, body, created_at FROM idempotency_keys WHERE scope = $1 AND key = $2";
    tx.query_opt(sql, args![&request.scope, key], StoredKey::read)
}

/// Claims the key for this request, or returns the state of the first one with it: then this one is not executed. For
/// routes that need more than one transaction: call [`record_outcome`] in the one that settles the outcome, or
/// [`release_key`] when there is none.
///
/// # Errors
/// 422 if the key was used with another body.
pub fn claim_key(tx: &mut Tx<'_>, request: &KeyedRequest) -> Result<Option<EarlierRequest>, ApiError> {
    let Some(key) = &request.key else { return Ok(None) };
    if insert(tx, request, key)? {
        return Ok(None);
    }
    match find_stored(tx, request)? {
        Some(row) if row.is_outdated(request) => {
            release_key(tx, request)?;
            insert(tx, request, key)?;
            Ok(None)
        }
        Some(row) if !row.is_of(request) => Err(ApiError::unprocessable(
            ErrorCode::IdempotencyKeyReused,
            "This Idempotency-Key was used with another request body",
        )),
        Some(StoredKey { answer: Some(answer), .. }) => Ok(Some(EarlierRequest::Answered(answer))),
        Some(StoredKey { answer: None, .. }) | None => Ok(Some(EarlierRequest::InFlight)),
    }
}

fn insert(tx: &mut Tx<'_>, request: &KeyedRequest, key: &str) -> Result<bool, DbError> {
    let sql = "INSERT INTO idempotency_keys (scope, key, fingerprint, created_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, args![&request.scope, key, request.fingerprint.as_str(), request.now])? > 0)
}

fn store_answer(tx: &mut Tx<'_>, request: &KeyedRequest, answer: &Answer) -> Result<(), DbError> {
    let Some(key) = &request.key else { return Ok(()) };
    let sql = "UPDATE idempotency_keys SET status = $3, body = $4 WHERE scope = $1 AND key = $2";
    tx.execute_deferred(sql, args![&request.scope, key, i64::from(answer.status), &answer.body])
}

/// Releases the key: the next request with it is a fresh one.
///
/// # Errors
/// If the statement fails.
pub fn release_key(tx: &mut Tx<'_>, request: &KeyedRequest) -> Result<(), DbError> {
    let Some(key) = &request.key else { return Ok(()) };
    tx.execute_deferred(
        "DELETE FROM idempotency_keys WHERE scope = $1 AND key = $2",
        args![&request.scope, key],
    )
}

/// Deletes the rows that are older than [`RETENTION`]. Returns their number.
///
/// # Errors
/// If the statement fails.
pub fn prune(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, DbError> {
    tx.execute("DELETE FROM idempotency_keys WHERE created_at <= $1", args![now - RETENTION])
}
