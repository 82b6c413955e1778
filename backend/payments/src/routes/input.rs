//! The body of a request to pay.

use serde::{Deserialize, Serialize};
use ticketing_platform::http::{ApiError, Faults, Field};
use ticketing_sdk::OrderId;

use crate::domain::CardToken;

/// The body as it was sent: nothing in it is checked yet.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PaymentInput {
    #[serde(default)]
    order_id: Field<String>,
    #[serde(default)]
    token: Field<String>,
    #[serde(default)]
    can_confirm: Field<bool>,
}

/// What is to be paid, and with what.
#[derive(Clone, Debug)]
pub(super) struct Purchase {
    pub(super) order_id: OrderId,
    pub(super) token: CardToken,
    pub(super) can_confirm: bool,
}

/// What tells two requests with one idempotency key apart.
#[derive(Serialize)]
pub(super) struct Essence<'a> {
    order_id: &'a OrderId,
    token: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    can_confirm: bool,
}

impl Purchase {
    pub(super) fn essence(&self) -> Essence<'_> {
        Essence { order_id: &self.order_id, token: self.token.as_str(), can_confirm: self.can_confirm }
    }
}

impl PaymentInput {
    /// Checks the fields and reports every fault together.
    pub(super) fn check(self) -> Result<Purchase, ApiError> {
        const ORDER: &str = "Order id is required";
        let mut faults = Faults::new();
        let order_id = self.order_id.required_text("orderId", ORDER, &mut faults).filter(|id| {
            if id.is_empty() {
                faults.push("orderId", ORDER);
            }
            !id.is_empty()
        });
        let token = self.token.required("token", "Token is required", &mut faults);
        let token = token.and_then(|text| {
            CardToken::parse(&text).map_err(|error| faults.push("token", error.to_string())).ok()
        });
        let can_confirm = self
            .can_confirm
            .optional("canConfirm", "CanConfirm must be true or false", &mut faults)
            .unwrap_or_default();
        match (order_id, token) {
            (Some(order_id), Some(token)) if faults.is_empty() => {
                Ok(Purchase { order_id: OrderId::new(order_id), token, can_confirm })
            }
            _ => Err(faults.into()),
        }
    }
}
