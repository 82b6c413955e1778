//! The body of a payment request.

use serde::Deserialize;
use ticketing_platform::http::{ApiError, Field, ValidationErrors};
use ticketing_sdk::OrderId;

use crate::domain::{CardToken, TokenError};

/// The unchecked body.
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

/// The checked input of a payment request.
#[derive(Clone, Debug)]
pub(super) struct ValidInput {
    pub(super) order_id: OrderId,
    /// The order is checked before the form of the token.
    token: Result<CardToken, TokenError>,
    pub(super) can_confirm: bool,
}

impl ValidInput {
    /// Returns the card token.
    ///
    /// # Errors
    /// Returns 400 if the token is invalid.
    pub(super) fn card_token(&self) -> Result<CardToken, ApiError> {
        self.token.clone().map_err(|error| ApiError::invalid_field("token", error.to_string()))
    }

    /// Returns the input of the fingerprint. An invalid token can be a card number, so not even its hash is kept.
    pub(super) fn fingerprint_input(&self) -> (&OrderId, &str, bool) {
        (&self.order_id, self.token.as_ref().map_or("", CardToken::as_str), self.can_confirm)
    }
}

impl PaymentInput {
    /// Checks the fields and reports all errors together.
    pub(super) fn check(self) -> Result<ValidInput, ApiError> {
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
                Ok(ValidInput { order_id: OrderId::new(order_id), token, can_confirm })
            }
            _ => {
                // No order can be checked, so every error is reported.
                if let Err(error) = token {
                    errors.push("token", error.to_string());
                }
                Err(errors.into())
            }
        }
    }
}

/// Parses the token. A missing one or another JSON type is an error like an invalid text.
fn read_token(token: Field<String>) -> Result<CardToken, TokenError> {
    match token {
        Field::Value(token) if !token.is_empty() => token.parse(),
        Field::Value(_) | Field::Missing => Err(TokenError::Missing),
        Field::Invalid => Err(TokenError::NotText),
    }
}
