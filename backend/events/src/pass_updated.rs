//! `pass:updated`: a pass was offered for resale or is valid again, or a transfer of it began or was taken back.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{PassId, PassStatus, TicketId, Timestamp, known};

use crate::{Event, EventName};

/// A pass was offered for resale or is valid again, or a transfer of it began or was taken back. Its holder is the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PassUpdated {
    /// The pass.
    pub id: PassId,
    /// The version of the pass that this made.
    pub version: i64,
    /// The number of changes of holder.
    pub serial: u16,
    /// Whether the pass admits now.
    #[serde(deserialize_with = "known")]
    pub status: PassStatus,
    /// The listing under which it is for sale, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing_id: Option<TicketId>,
    /// When the pending transfer ends, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_expires_at: Option<Timestamp>,
}

impl Event for PassUpdated {
    const NAME: EventName = EventName::PassUpdated;

    fn aggregate(&self) -> &str {
        self.id.as_str()
    }

    fn version(&self) -> i64 {
        self.version
    }
}
