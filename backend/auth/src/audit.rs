//! The facts that the audit reads from the database of the auth service: the revoked sessions.
//!
//! The audit is written from the contract. It shares the types of rows with this service, and none of its rules.

use ticketing_events::EventName;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::Timestamp;

/// The events that the service consumes (invariant 6).
pub const CONSUMED: &[EventName] = &[];

/// A session that was revoked at sign-out. Invariant 4 requires its `session:ended`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokedSessionRow {
    /// The id of the session.
    pub jti: String,
    /// When it was revoked; the epoch where an early version has recorded it.
    pub recorded_at: Timestamp,
}

/// Reads the revoked sessions.
///
/// # Errors
/// If the statement fails.
pub fn read_revoked_sessions(tx: &mut Tx<'_>) -> Result<Vec<RevokedSessionRow>, DbError> {
    tx.query("SELECT jti, recorded_at FROM ended_sessions", args![], |row| {
        Ok(RevokedSessionRow { jti: row.text("jti")?, recorded_at: row.time("recorded_at")? })
    })
}
