//! `pass:issued`: the order of a ticket completed, and its buyer holds a pass.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{OrderId, PassId, TicketId, UserId};

/// The order of a ticket completed, and its buyer holds a pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PassIssued {
    /// The pass.
    pub id: PassId,
    /// The version of the pass that this made.
    pub version: i64,
    /// The number of changes of holder.
    pub serial: u16,
    /// The ticket that was sold.
    pub ticket_id: TicketId,
    /// The issuer.
    pub issuer_id: UserId,
    /// The holder.
    pub user_id: UserId,
    /// The order that completed.
    pub order_id: OrderId,
}
