//! `pass:transferred`: a pass has another holder.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{OrderId, PassId, UserId};

/// A pass has another holder: its claimant, or the buyer of its resale. Codes of earlier serials are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PassTransferred {
    /// The pass.
    pub id: PassId,
    /// The version of the pass that this made.
    pub version: i64,
    /// The number of changes of holder.
    pub serial: u16,
    /// The holder after the transfer.
    pub user_id: UserId,
    /// The order of the resale; absent where the holder claimed the pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
}
