//! `payment:authorized`: the card can be charged.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{OrderId, PaymentId};

/// The card can be charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentAuthorized {
    /// The payment.
    pub id: PaymentId,
    /// The order that it pays for.
    pub order_id: OrderId,
    /// The provider's name for the charge.
    pub stripe_id: String,
}
