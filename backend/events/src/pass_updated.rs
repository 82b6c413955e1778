//! `pass:updated`: a pass was offered for resale or is valid again, a transfer of it began or was taken back, or a second
//! device has admitted it.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{DoubleAdmission, PassId, PassStatus, TicketId, Timestamp, deserialize_known};

/// A pass was offered for resale or is valid again, a transfer of it began or was taken back, or a second device has
/// admitted it. Its holder is the same.
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
    #[serde(deserialize_with = "deserialize_known")]
    pub status: PassStatus,
    /// The listing under which it is for sale, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing_id: Option<TicketId>,
    /// When the pending transfer ends, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_expires_at: Option<Timestamp>,
    /// When it was first admitted, if several devices have admitted it, or one while it is for sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admitted_at: Option<Timestamp>,
    /// The device that admitted it first, if it gave a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The further admissions, by time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub double_admissions: Vec<DoubleAdmission>,
}
