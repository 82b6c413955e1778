//! Due steps: claims, and the time of the next one.
//!
//! All times here are system times, not the marketplace's: pauses between calls are real. A time further ahead than any
//! pause was written before the system clock was set back; it counts as due.

use std::time::Duration;

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{PaymentId, Timestamp};

use super::{COLUMNS, PaymentRow, read};

/// Longer than any pause and any claim.
const MAX_AHEAD: Duration = Duration::from_secs(120);

/// Claims up to `limit` due steps for the duration `lease`; each counts as an attempt.
///
/// # Errors
/// Fails if the database fails.
pub fn claim_due(
    tx: &mut Tx<'_>,
    now: Timestamp,
    lease: Duration,
    limit: i64,
) -> Result<Vec<PaymentRow>, DbError> {
    let horizon = now + MAX_AHEAD;
    tx.query(
        &format!(
            "UPDATE payments SET claimed_until = $3, attempts = attempts + 1 WHERE id IN ( \
               SELECT id FROM payments WHERE next_step IS NOT NULL \
                 AND (due_at <= $1 OR due_at > $2) \
                 AND (claimed_until IS NULL OR claimed_until <= $1 OR claimed_until > $2) \
               ORDER BY due_at, id LIMIT $4 {}) \
             RETURNING {COLUMNS}",
            tx.dialect().claim()
        ),
        args![now, horizon, now + lease, limit],
        read,
    )
}

/// Returns when the next step is due and not claimed.
///
/// # Errors
/// Fails if the database fails.
pub fn next_due(tx: &mut Tx<'_>, now: Timestamp) -> Result<Option<Timestamp>, DbError> {
    let horizon = now + MAX_AHEAD;
    tx.query_one(
        "SELECT MIN(CASE WHEN due_at > $1 OR claimed_until > $1 THEN 0 \
                         WHEN claimed_until > due_at THEN claimed_until ELSE due_at END) AS due \
         FROM payments WHERE next_step IS NOT NULL",
        args![horizon],
        |row| row.column("due"),
    )
}

/// Releases every claim: they belong to a process that has ended. A step that still runs is executed twice with one
/// key, which has one effect. Not for a database that other processes use: there claims expire by themselves.
///
/// # Errors
/// Fails if the database fails.
pub fn release_all_claims(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE payments SET claimed_until = NULL, due_at = $1 WHERE next_step IS NOT NULL",
        args![now],
    )
}

/// Releases the claim that lasts until `claimed_until`, if it is still held.
///
/// # Errors
/// Fails if the database fails.
pub fn release_claim(
    tx: &mut Tx<'_>,
    id: &PaymentId,
    claimed_until: Option<Timestamp>,
) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE payments SET claimed_until = NULL WHERE id = $1 AND claimed_until = $2",
        args![id, claimed_until],
    )
}
