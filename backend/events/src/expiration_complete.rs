//! `expiration:complete`: the deadline of a reservation has passed.

use serde::{Deserialize, Serialize};
use ticketing_sdk::OrderId;

use crate::{Event, EventName};

/// The deadline of a reservation has passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpirationComplete {
    /// The order.
    pub order_id: OrderId,
}

impl Event for ExpirationComplete {
    const NAME: EventName = EventName::ExpirationComplete;

    fn aggregate(&self) -> &str {
        self.order_id.as_str()
    }

    fn version(&self) -> i64 {
        0
    }
}
