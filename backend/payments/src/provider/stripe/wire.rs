//! Stripe's objects, as far as we read them, and the forms that it is sent.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer};
use ticketing_sdk::ClientSecret;

use super::outcome::Refusal;

/// Our names in the metadata of a PaymentIntent.
pub(super) const ORDER: &str = "order_id";
pub(super) const PAYMENT: &str = "payment_id";

/// A PaymentIntent.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) amount: i64,
    /// With it a browser confirms the intent.
    #[serde(default)]
    pub(super) client_secret: Option<ClientSecret>,
    #[serde(default)]
    pub(super) amount_received: i64,
    #[serde(default)]
    pub(super) currency: String,
    #[serde(default)]
    pub(super) metadata: HashMap<String, String>,
    #[serde(default)]
    pub(super) last_payment_error: Option<ErrorObject>,
    /// The charge, where it was asked for in full; by name alone it says nothing.
    #[serde(default, deserialize_with = "in_full")]
    pub(super) latest_charge: Option<ChargeObject>,
}

/// What an intent has done to a card.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ChargeObject {
    #[serde(default)]
    pub(super) status: String,
    #[serde(default)]
    pub(super) captured: bool,
    #[serde(default)]
    pub(super) amount_refunded: i64,
}

/// How far an intent is, in our words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The amount is held.
    Held,
    /// The amount is taken.
    Captured,
    /// The owner of the card would have to confirm in a browser.
    NeedsOwner,
    /// The card was refused.
    Refused,
    /// It is over, and holds nothing.
    Canceled,
    /// It is not decided.
    Open,
}

impl Intent {
    pub(super) fn standing(&self) -> Standing {
        match self.status.as_str() {
            "requires_capture" => Standing::Held,
            "succeeded" => Standing::Captured,
            "requires_action" => Standing::NeedsOwner,
            // Without an error nobody has asked the bank yet.
            "requires_payment_method" if self.last_payment_error.is_some() => Standing::Refused,
            "canceled" => Standing::Canceled,
            _ => Standing::Open,
        }
    }

    /// What was taken and is given back, in cents. A hold that is given up counts as refunded at Stripe.
    pub(super) fn refunded(&self) -> i64 {
        self.latest_charge
            .as_ref()
            .filter(|charge| charge.captured)
            .map_or(0, |charge| charge.amount_refunded)
    }
}

fn in_full<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ChargeObject>, D::Error> {
    let charge = serde_json::Value::deserialize(deserializer)?;
    if !charge.is_object() {
        return Ok(None);
    }
    serde_json::from_value(charge).map(Some).map_err(serde::de::Error::custom)
}

/// Whatever a call has changed: how it stands now.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Moved {
    #[serde(default)]
    pub(super) status: Option<String>,
}

/// A page of a list, or what a search has found.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Page {
    pub(super) data: Vec<Intent>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// What Stripe says when it does not do what it is asked.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct ErrorBody {
    #[serde(default)]
    pub(super) error: ErrorObject,
}

/// Why it does not.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct ErrorObject {
    #[serde(default, rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) code: Option<String>,
    #[serde(default)]
    pub(super) decline_code: Option<String>,
    #[serde(default)]
    pub(super) message: Option<String>,
}

impl ErrorObject {
    /// The word and the message to the owner of the card. The bank's own word says more than "declined".
    pub(super) fn refusal(self) -> Refusal {
        let bank = self.decline_code.filter(|code| code != "generic_decline");
        let code = bank.or(self.code).unwrap_or_else(|| "card_declined".to_owned());
        let message = self.message.unwrap_or_else(|| "Your card was declined.".to_owned());
        Refusal { code, message }
    }
}

/// A body as Stripe reads it.
pub(super) fn form<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn intent(status: &str, more: &Value) -> Intent {
        let mut intent = json!({ "id": "pi_1", "status": status, "amount": 1999 });
        intent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(intent).unwrap()
    }

    #[test]
    fn only_what_is_decided_counts() {
        let refused = json!({ "last_payment_error": { "code": "card_declined" } });
        for (status, more, standing) in [
            ("requires_capture", json!({}), Standing::Held),
            ("succeeded", json!({}), Standing::Captured),
            ("requires_action", json!({}), Standing::NeedsOwner),
            ("requires_payment_method", refused, Standing::Refused),
            ("requires_payment_method", json!({ "last_payment_error": null }), Standing::Open),
            ("requires_confirmation", json!({}), Standing::Open),
            ("processing", json!({}), Standing::Open),
            ("a status of next year", json!({}), Standing::Open),
            ("canceled", json!({}), Standing::Canceled),
        ] {
            assert_eq!(intent(status, &more).standing(), standing, "{status}");
        }
    }

    #[test]
    fn a_hold_that_was_given_up_is_no_refund() {
        let charge =
            |captured: bool| json!({ "latest_charge": { "captured": captured, "amount_refunded": 1999 } });
        assert_eq!(intent("canceled", &charge(false)).refunded(), 0);
        assert_eq!(intent("succeeded", &charge(true)).refunded(), 1999);
        assert_eq!(intent("succeeded", &json!({ "latest_charge": "ch_1" })).refunded(), 0);
    }
}
