//! `order:confirmed`: the reservation belongs to an authorized payment and no longer expires.

use serde::{Deserialize, Serialize};
use ticketing_sdk::OrderId;

use crate::TicketRef;

/// The reservation belongs to an authorized payment and no longer expires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderConfirmed {
    /// The order.
    pub id: OrderId,
    /// The version of the order that this made.
    pub version: i64,
    /// The ticket that is held.
    pub ticket: TicketRef,
}
