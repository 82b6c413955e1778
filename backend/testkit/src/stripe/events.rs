//! The events of the stand-in for Stripe, signed and sent.

use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::Sha256;

use super::{FakeStripe, STRIPE_WEBHOOK_SECRET};
use crate::raw::Raw;
use crate::reply::Reply;

impl FakeStripe {
    /// From now on every event is sent to the marketplace at `base` as soon as it happens, and once more right after.
    pub fn send_events_to(&self, base: &str) {
        self.account().webhook = Some(base.to_owned());
    }

    /// Every event so far, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<Value> {
        self.account().events.clone()
    }

    /// Sends an event to the marketplace of `raw`, signed now; answers what was answered.
    pub async fn send(&self, raw: &Raw, event: &Value) -> Reply {
        let body = event.to_string();
        let signature = self.sign(&body, STRIPE_WEBHOOK_SECRET);
        let request = raw.post("/api/payments/webhook").header("stripe-signature", signature);
        request.body("application/json; charset=utf-8", body).await
    }

    /// The header of a body that is signed now with this secret.
    ///
    /// # Panics
    /// Never: a key may have any length.
    #[must_use]
    pub fn sign(&self, body: &str, secret: &str) -> String {
        let at = self.shared.clock.now().as_millis() / 1000;
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
        mac.update(format!("{at}.{body}").as_bytes());
        let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("t={at},v1={digits}")
    }

    /// Sends what has happened since the last time, if somebody wants to hear it.
    pub(super) fn send_events(&self) {
        let (base, events) = {
            let mut account = self.account();
            let Some(base) = account.webhook.clone() else { return };
            let events = account.events.get(account.sent..).unwrap_or_default().to_vec();
            account.sent = account.events.len();
            (base, events)
        };
        let fake = self.clone();
        tokio::spawn(async move {
            let raw = Raw::new(base);
            for event in events.iter().rev().chain(&events) {
                let body = event.to_string();
                let signature = fake.sign(&body, STRIPE_WEBHOOK_SECRET);
                let request = raw.post("/api/payments/webhook").header("stripe-signature", signature);
                // A marketplace that is stopped hears nothing.
                drop(request.body("application/json", body).send().await);
            }
        });
    }
}
