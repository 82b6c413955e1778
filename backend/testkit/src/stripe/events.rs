//! The events of the fake Stripe, signed and sent.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use super::{FakeStripe, STRIPE_WEBHOOK_SECRET};
use crate::raw::{RawClient, RawRequest};

impl FakeStripe {
    /// Sends events to the marketplace at `base`. Delivers each batch in reverse order, then again in order, to test
    /// duplicates and reordering.
    pub fn send_events_to(&self, base: &str) {
        self.shared.account.lock().webhook = Some(base.to_owned());
    }

    /// Returns every event, oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.shared.account.lock().events.clone()
    }

    /// Signs an event now; awaiting the request sends it.
    pub fn send(&self, raw: &RawClient, event: &Value) -> RawRequest {
        let body = event.to_string();
        let signature = self.sign(&body, STRIPE_WEBHOOK_SECRET);
        let request = raw.post("/api/payments/webhook").header("stripe-signature", signature);
        request.body("application/json; charset=utf-8", body)
    }

    /// Signs a body now with this secret; returns the header value.
    pub fn sign(&self, body: &str, secret: &str) -> String {
        let at = self.shared.clock.now().as_millis() / 1000;
        let mut mac =
            Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC accepts a key of any length");
        mac.update(format!("{at}.{body}").as_bytes());
        let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("t={at},v1={digits}")
    }

    /// Sends the new events, if a webhook is set.
    pub(super) fn send_events(&self) {
        let (base, events) = {
            let mut account = self.shared.account.lock();
            let Some(base) = account.webhook.clone() else { return };
            let events = account.events.get(account.sent..).unwrap_or_default().to_vec();
            account.sent = account.events.len();
            (base, events)
        };
        let fake = self.clone();
        tokio::spawn(async move {
            let raw = RawClient::new(base);
            for event in events.iter().rev().chain(&events) {
                // A stopped marketplace receives nothing.
                drop(fake.send(&raw, event).send().await);
            }
        });
    }
}
