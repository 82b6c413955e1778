//! `payment:failed`: the provider refused the charge permanently.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{OrderId, PaymentId};

/// The provider refused the charge permanently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentFailed {
    /// The payment.
    pub id: PaymentId,
    /// The order that it was to pay for.
    pub order_id: OrderId,
}
