//! The facts that the audit reads from the database of the auth service: the revoked sessions.
//!
//! The audit is written from the contract. It shares the types of rows with this service, and none of its rules.

use ticketing_events::EventName;
use ticketing_platform::table_row;
use ticketing_sdk::Timestamp;

/// The events that the service consumes (invariant 6).
pub const CONSUMED: &[EventName] = &[];

table_row! {
    /// A session that was revoked at sign-out. Invariant 4 requires its `session:ended`.
    pub struct RevokedSessionRow: "revoked_sessions" {
        /// The id of the session.
        pub jti: String,
        /// When it was revoked.
        pub recorded_at: Timestamp,
    }
}
