//! The payment that each request with an idempotency key follows.

use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::{args, idempotency};
use ticketing_sdk::{PaymentId, Timestamp, UserId};

/// Stores that the request with this key follows this payment.
///
/// # Errors
/// Fails if the database fails.
pub fn bind_request(
    tx: &mut Tx<'_>,
    user_id: &UserId,
    key: &str,
    payment_id: &PaymentId,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute_deferred(
        "INSERT INTO payment_requests (user_id, idempotency_key, payment_id, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (user_id, idempotency_key) DO UPDATE \
         SET payment_id = excluded.payment_id, created_at = excluded.created_at",
        args![user_id, key, payment_id, now],
    )?;
    Ok(())
}

/// Returns the payment that the request with this key follows.
///
/// # Errors
/// Fails if the database fails.
pub fn bound_payment(tx: &mut Tx<'_>, user_id: &UserId, key: &str) -> Result<Option<PaymentId>, DbError> {
    tx.query_opt(
        "SELECT payment_id FROM payment_requests WHERE user_id = $1 AND idempotency_key = $2",
        args![user_id, key],
        |row| row.column("payment_id"),
    )
}

/// Deletes requests and webhook events that are older than their retention.
///
/// # Errors
/// Fails if the database fails.
pub fn prune(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), DbError> {
    tx.execute("DELETE FROM payment_requests WHERE created_at <= $1", args![now - idempotency::RETENTION])?;
    super::webhook_events::prune(tx, now)
}
