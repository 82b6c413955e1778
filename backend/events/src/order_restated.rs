//! `order:restated`: an order that completed before passes existed is stated again.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{OrderId, UserId};

use crate::OrderedTicketRef;

/// An order that completed before passes existed, or during the upgrade, is stated again, so that its buyer gets a pass. Not
/// a step of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderRestated {
    /// The order.
    pub id: OrderId,
    /// The buyer.
    pub user_id: UserId,
    /// The sold ticket.
    pub ticket: OrderedTicketRef,
}
