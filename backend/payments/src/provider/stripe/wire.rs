//! The objects of Stripe's API that are read, and the encoding of requests.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer};
use ticketing_sdk::ClientSecret;

use crate::provider::Decline;

/// The keys in the metadata of a PaymentIntent.
pub(super) const ORDER: &str = "order_id";
pub(super) const PAYMENT: &str = "payment_id";

/// A PaymentIntent.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) amount: i64,
    /// The secret with which a browser confirms the intent.
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
    /// The charge, if it is expanded; an id alone is ignored.
    #[serde(default, deserialize_with = "in_full")]
    pub(super) latest_charge: Option<ChargeObject>,
}

/// The charge of an intent.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ChargeObject {
    #[serde(default)]
    pub(super) status: String,
    #[serde(default)]
    pub(super) captured: bool,
    #[serde(default)]
    pub(super) amount_refunded: i64,
}

/// The status of an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IntentStatus {
    /// The amount is held.
    Authorized,
    /// The amount is taken.
    Captured,
    /// The cardholder must confirm in a browser.
    NeedsConfirmation,
    /// The card was declined.
    Refused,
    /// It is cancelled and holds nothing.
    Canceled,
    /// It is undecided.
    Open,
}

impl Intent {
    pub(super) fn parsed_status(&self) -> IntentStatus {
        match self.status.as_str() {
            "requires_capture" => IntentStatus::Authorized,
            "succeeded" => IntentStatus::Captured,
            "requires_action" => IntentStatus::NeedsConfirmation,
            // Without an error the bank has not been asked yet.
            "requires_payment_method" if self.last_payment_error.is_some() => IntentStatus::Refused,
            "canceled" => IntentStatus::Canceled,
            _ => IntentStatus::Open,
        }
    }

    /// Returns the captured amount that was refunded, in cents. Stripe also counts a cancelled hold as refunded.
    pub(super) fn refunded_cents(&self) -> i64 {
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

/// The object that a call has changed.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct UpdatedObject {
    #[serde(default)]
    pub(super) status: Option<String>,
}

/// A page of a list or of search results.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Page {
    pub(super) data: Vec<Intent>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// The body of an error response.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct ErrorBody {
    #[serde(default)]
    pub(super) error: ErrorObject,
}

/// The error of an error response.
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
    /// Returns the code and the message to the cardholder. The bank's own code is preferred.
    pub(super) fn into_decline(self) -> Decline {
        let bank = self.decline_code.filter(|code| code != "generic_decline");
        let code = bank.or(self.code).unwrap_or_else(|| "card_declined".to_owned());
        let message = self.message.unwrap_or_else(|| "Your card was declined.".to_owned());
        Decline { code, message }
    }
}

/// Encodes a form body.
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
    fn undecided_intent_is_open() {
        let refused = json!({ "last_payment_error": { "code": "card_declined" } });
        for (status, more, expected) in [
            ("requires_capture", json!({}), IntentStatus::Authorized),
            ("succeeded", json!({}), IntentStatus::Captured),
            ("requires_action", json!({}), IntentStatus::NeedsConfirmation),
            ("requires_payment_method", refused, IntentStatus::Refused),
            ("requires_payment_method", json!({ "last_payment_error": null }), IntentStatus::Open),
            ("requires_confirmation", json!({}), IntentStatus::Open),
            ("processing", json!({}), IntentStatus::Open),
            ("a status of next year", json!({}), IntentStatus::Open),
            ("canceled", json!({}), IntentStatus::Canceled),
        ] {
            assert_eq!(intent(status, &more).parsed_status(), expected, "{status}");
        }
    }

    #[test]
    fn cancelled_hold_is_not_a_refund() {
        let charge =
            |captured: bool| json!({ "latest_charge": { "captured": captured, "amount_refunded": 1999 } });
        assert_eq!(intent("canceled", &charge(false)).refunded_cents(), 0);
        assert_eq!(intent("succeeded", &charge(true)).refunded_cents(), 1999);
        assert_eq!(intent("succeeded", &json!({ "latest_charge": "ch_1" })).refunded_cents(), 0);
    }
}
