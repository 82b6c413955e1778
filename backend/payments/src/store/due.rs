//! What is to be done now: steps that are due and belong to nobody.
//!
//! All times here are the machine's, not the marketplace's: pauses between calls are real, whatever a test does to
//! the clock. A time that lies further ahead than any pause was written before the machine's clock was set back; it
//! counts as come.

use std::time::Duration;

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{PaymentId, Timestamp};

use super::{COLUMNS, PaymentRow, read};

/// Longer than any pause and any lease.
const HORIZON: Duration = Duration::from_secs(120);

/// Takes up to `limit` steps that are due, each until `lease` from now; each counts as begun.
///
/// # Errors
/// When the database fails.
pub fn claim_due(
    tx: &mut Tx<'_>,
    now: Timestamp,
    lease: Duration,
    limit: i64,
) -> Result<Vec<PaymentRow>, DbError> {
    let horizon = now + HORIZON;
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

/// When the next step is due that belongs to nobody by then.
///
/// # Errors
/// When the database fails.
pub fn next_due(tx: &mut Tx<'_>, now: Timestamp) -> Result<Option<Timestamp>, DbError> {
    let horizon = now + HORIZON;
    let due = tx.query_one(
        "SELECT MIN(CASE WHEN due_at > $1 OR claimed_until > $1 THEN 0 \
                         WHEN claimed_until > due_at THEN claimed_until ELSE due_at END) AS due \
         FROM payments WHERE next_step IS NOT NULL",
        args![horizon],
        |row| row.opt_int("due"),
    )?;
    Ok(due.map(Timestamp::from_millis))
}

/// Takes back every claim: they were made by a process that is gone. Should one of them still run elsewhere, its
/// step is done twice under one key, which is once. Not for a database that other processes work on too: there a claim
/// is good until it runs out.
///
/// # Errors
/// When the database fails.
pub fn release_all(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE payments SET claimed_until = NULL, due_at = $1 WHERE next_step IS NOT NULL",
        args![now],
    )
}

/// Gives a claim back that was made until `claimed_until`, if it still stands.
///
/// # Errors
/// When the database fails.
pub fn give_back(tx: &mut Tx<'_>, id: &PaymentId, claimed_until: Option<Timestamp>) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE payments SET claimed_until = NULL WHERE id = $1 AND claimed_until = $2",
        args![id, claimed_until],
    )
}
