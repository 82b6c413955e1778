//! `session:ended`: a user signed out.

use serde::{Deserialize, Serialize};
use ticketing_sdk::UserId;

/// A user signed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionEnded {
    /// The session.
    pub jti: String,
    /// The user of the session.
    pub user_id: UserId,
    /// When its token would have expired, in unix seconds.
    pub exp: i64,
}
