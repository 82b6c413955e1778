//! `order:cancelled`: a reservation ended without a purchase.

use serde::{Deserialize, Deserializer, Serialize};
use ticketing_sdk::{CancelReason, OrderId, tolerant};

use crate::TicketRef;

/// A reservation ended without a purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderCancelled {
    /// The order.
    pub id: OrderId,
    /// The version of the order that this made.
    pub version: i64,
    /// The ticket that is free again.
    pub ticket: TicketRef,
    /// Why. A reason of a newer version counts as absent.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "known_reason")]
    pub cancel_reason: Option<CancelReason>,
}

fn known_reason<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<CancelReason>, D::Error> {
    let reason: Option<CancelReason> = tolerant(deserializer)?;
    Ok(reason.filter(|reason| CancelReason::ALL.contains(reason)))
}
