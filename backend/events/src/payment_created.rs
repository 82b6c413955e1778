//! `payment:created`: the card was charged.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{OrderId, PaymentId};

/// The card was charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentCreated {
    /// The payment.
    pub id: PaymentId,
    /// The order that it pays for.
    pub order_id: OrderId,
    /// The provider's name for the charge.
    pub stripe_id: String,
}
