//! `pass:admitted`: the holder of a pass has entered.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{PassId, Timestamp};

/// The holder of a pass was admitted. The pass admits no other person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PassAdmitted {
    /// The pass.
    pub id: PassId,
    /// The version of the pass that this made.
    pub version: i64,
    /// The number of changes of holder.
    pub serial: u16,
    /// When the pass was admitted.
    pub admitted_at: Timestamp,
    /// The device that admitted it, if it gave a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}
