//! `session:ended`: a user signed out.

use serde::{Deserialize, Serialize};
use ticketing_sdk::UserId;

use crate::{Event, EventName};

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

impl Event for SessionEnded {
    const NAME: EventName = EventName::SessionEnded;

    fn aggregate(&self) -> &str {
        &self.jti
    }

    fn version(&self) -> i64 {
        0
    }
}
