//! `order:completed`: a purchase was paid.

use serde::{Deserialize, Serialize};
use ticketing_sdk::OrderId;

use crate::TicketRef;

/// A purchase was paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderCompleted {
    /// The order.
    pub id: OrderId,
    /// The version of the order that this made.
    pub version: i64,
    /// The ticket that is sold.
    pub ticket: TicketRef,
}
