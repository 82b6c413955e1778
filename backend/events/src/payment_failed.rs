//! `payment:failed`: the provider refused the charge for good.

use serde::{Deserialize, Serialize};
use ticketing_sdk::{OrderId, PaymentId};

use crate::{Event, EventName};

/// The provider refused the charge for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentFailed {
    /// The payment.
    pub id: PaymentId,
    /// The order that it was to pay for.
    pub order_id: OrderId,
}

impl Event for PaymentFailed {
    const NAME: EventName = EventName::PaymentFailed;

    fn aggregate(&self) -> &str {
        self.id.as_str()
    }

    fn version(&self) -> i64 {
        0
    }
}
