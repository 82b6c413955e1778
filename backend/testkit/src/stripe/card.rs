//! The test cards that the stand-in for Stripe knows.

use serde_json::{Value, json};

/// What a card does.
#[derive(Clone, Debug)]
pub(super) enum Card {
    /// It pays.
    Good,
    /// It pays, and its bank goes back on it when the money is taken.
    FailsLater,
    /// Its owner would have to confirm.
    NeedsOwner,
    /// Nothing is ever decided about it.
    Undecided,
    /// It is refused, with this error.
    Bad(Value),
    /// There is no such card.
    Unknown,
}

impl Card {
    /// The card of a token or of a payment method.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "tok_visa" | "tok_mastercard" | "tok_amex" | "pm_card_visa" | "pm_card_mastercard" => Self::Good,
            "tok_chargeCustomerFail" | "pm_card_chargeCustomerFail" => Self::FailsLater,
            "tok_threeDSecure2Required" | "pm_card_authenticationRequired" => Self::NeedsOwner,
            "tok_undecided" => Self::Undecided,
            "tok_chargeDeclined" | "pm_card_chargeDeclined" => {
                Self::Bad(declined("generic_decline", "Your card was declined."))
            }
            "tok_chargeDeclinedInsufficientFunds" | "pm_card_visa_chargeDeclinedInsufficientFunds" => {
                Self::Bad(declined("insufficient_funds", "Your card has insufficient funds."))
            }
            _ => Self::Unknown,
        }
    }
}

pub(super) fn declined(decline_code: &str, message: &str) -> Value {
    json!({
        "type": "card_error", "code": "card_declined", "decline_code": decline_code, "message": message,
        "doc_url": "https://stripe.com/docs/error-codes/card-declined",
    })
}
