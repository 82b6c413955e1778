//! `payment:refunded`: an authorization was voided or a charge was refunded.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{OrderId, PaymentId};

/// An authorization was voided or a charge was refunded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentRefunded {
    /// The payment.
    pub id: PaymentId,
    /// The order that it paid for.
    pub order_id: OrderId,
    /// The provider's name for the charge.
    pub stripe_id: String,
}
