//! The test cards of the fake Stripe.

use serde_json::{Value, json};

/// The behaviour of a card.
#[derive(Clone, Debug)]
pub(super) enum Card {
    /// It is accepted.
    Accepted,
    /// It is authorized, and its capture is declined.
    FailsCapture,
    /// It needs a confirmation by its cardholder.
    NeedsConfirmation,
    /// It stays undecided.
    Undecided,
    /// It is declined with this error.
    Declined(Value),
    /// It does not exist.
    Unknown,
}

impl Card {
    /// Creates the card of a token or of a payment method.
    pub(super) fn from_name(name: &str) -> Self {
        match name {
            "tok_visa" | "tok_mastercard" | "tok_amex" | "pm_card_visa" | "pm_card_mastercard" => {
                Self::Accepted
            }
            "tok_chargeCustomerFail" | "pm_card_chargeCustomerFail" => Self::FailsCapture,
            "tok_threeDSecure2Required" | "pm_card_authenticationRequired" => Self::NeedsConfirmation,
            "tok_undecided" => Self::Undecided,
            "tok_chargeDeclined" | "pm_card_chargeDeclined" => {
                Self::Declined(decline_error("generic_decline", "Your card was declined."))
            }
            "tok_chargeDeclinedInsufficientFunds" | "pm_card_visa_chargeDeclinedInsufficientFunds" => {
                Self::Declined(decline_error("insufficient_funds", "Your card has insufficient funds."))
            }
            _ => Self::Unknown,
        }
    }
}

pub(super) fn decline_error(decline_code: &str, message: &str) -> Value {
    json!({
        "type": "card_error", "code": "card_declined", "decline_code": decline_code, "message": message,
        "doc_url": "https://stripe.com/docs/error-codes/card-declined",
    })
}
