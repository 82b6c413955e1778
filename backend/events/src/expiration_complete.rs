//! `expiration:complete`: the deadline of a reservation has passed.

use serde::{Deserialize, Serialize};
use ticketing_sdk::OrderId;

/// The deadline of a reservation has passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpirationComplete {
    /// The order.
    pub order_id: OrderId,
}
