//! The body of a request to pay.

use serde::{Deserialize, Serialize};
use ticketing_platform::http::{ApiError, Field, ValidationErrors};
use ticketing_sdk::OrderId;

use crate::domain::{CardToken, TokenError};

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
    /// The order is judged before the token's form.
    token: Result<CardToken, TokenError>,
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
    /// The card's token.
    ///
    /// # Errors
    /// 400 when the text is not of a token's form.
    pub(super) fn card_token(&self) -> Result<CardToken, ApiError> {
        self.token.clone().map_err(|error| ApiError::field("token", error.to_string()))
    }

    /// A text that is no token may be a card number: nothing of it is kept, not even a hash.
    pub(super) fn essence(&self) -> Essence<'_> {
        let token = self.token.as_ref().map_or("", CardToken::as_str);
        Essence { order_id: &self.order_id, token, can_confirm: self.can_confirm }
    }
}

impl PaymentInput {
    /// Checks the fields and reports every fault together.
    pub(super) fn check(self) -> Result<Purchase, ApiError> {
        const ORDER: &str = "Order id is required";
        let mut errors = ValidationErrors::new();
        let order_id = self.order_id.required_id("orderId", ORDER, &mut errors);
        let token = read_token(self.token);
        let can_confirm = self
            .can_confirm
            .optional("canConfirm", "CanConfirm must be true or false", &mut errors)
            .unwrap_or_default();
        match order_id {
            Some(order_id) if errors.is_empty() => {
                Ok(Purchase { order_id: OrderId::new(order_id), token, can_confirm })
            }
            _ => {
                // No order can be judged, so that every fault is reported.
                if let Err(error) = token {
                    errors.push("token", error.to_string());
                }
                Err(errors.into())
            }
        }
    }
}

/// A token that is missing or no text has not the form of one, as any other text that has not.
fn read_token(token: Field<String>) -> Result<CardToken, TokenError> {
    match token {
        Field::Value(token) if !token.is_empty() => CardToken::parse(&token),
        Field::Value(_) | Field::Missing => Err(TokenError::Missing),
        Field::Invalid => Err(TokenError::NotText),
    }
}
