//! The account of the fake Stripe: intents, charges, refunds, events, and the response to every key.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use ticketing_payments::provider::{Ledger, LedgerCharge};
use ticketing_sdk::OrderId;

use super::card::{Card, decline_error};
use super::request::{StripeRequest, StripeResponse};

/// One account.
#[derive(Debug, Default)]
pub(super) struct Account {
    intents: Vec<Intent>,
    refunds: u32,
    pub(super) keys: HashMap<String, (String, StripeResponse)>,
    pub(super) requests: Vec<String>,
    pub(super) events: Vec<Value>,
    /// The number of events that were sent.
    pub(super) sent: usize,
    pub(super) webhook: Option<String>,
}

#[derive(Clone, Debug)]
struct Intent {
    id: String,
    status: &'static str,
    amount: i64,
    currency: String,
    metadata: Map<String, Value>,
    created: i64,
    card: Card,
    /// Whether the intent was ever authorized.
    held: bool,
    received: i64,
    captures: i64,
    refunded: i64,
    error: Value,
}

impl Intent {
    fn to_json(&self, expand: bool) -> Value {
        let name = format!("ch_{}", self.id.trim_start_matches("pi_"));
        let charge = json!({
            "id": name, "object": "charge", "amount": self.amount, "captured": self.received > 0,
            "amount_captured": self.received, "status": "succeeded", "payment_intent": self.id,
            // A cancelled hold is a refund of the uncaptured amount.
            "amount_refunded": if self.status == "canceled" { self.amount } else { self.refunded },
        });
        let latest = match (self.held, expand) {
            (false, _) => Value::Null,
            (true, true) => charge,
            (true, false) => json!(name),
        };
        json!({
            "id": self.id, "object": "payment_intent", "amount": self.amount, "currency": self.currency,
            "amount_capturable": if self.status == "requires_capture" { self.amount } else { 0 },
            "amount_received": self.received, "capture_method": "manual", "created": self.created,
            "latest_charge": latest, "last_payment_error": self.error, "livemode": false,
            "metadata": self.metadata, "status": self.status,
            "client_secret": format!("{}_secret_fake", self.id),
            "next_action": if self.status == "requires_action" {
                json!({ "type": "use_stripe_sdk", "use_stripe_sdk": {} })
            } else {
                Value::Null
            },
        })
    }
}

impl Account {
    /// Executes a request, without idempotency.
    pub(super) fn respond(
        &mut self,
        request: &StripeRequest,
        now: i64,
        search_blind: bool,
    ) -> StripeResponse {
        let path: Vec<&str> = request.path.trim_start_matches("/v1/").split('/').collect();
        match (request.method.as_str(), path.as_slice()) {
            ("POST", ["payment_intents"]) => self.create(request, now),
            ("POST", ["payment_intents", id, "capture"]) => self.capture(id, request),
            ("POST", ["payment_intents", id, "cancel"]) => self.cancel(id),
            ("POST", ["refunds"]) => self.refund(request),
            ("GET", ["payment_intents"]) => self.list(request),
            ("GET", ["payment_intents", "search"]) => self.search(request, search_blind),
            ("GET", ["payment_intents", id]) => match self.position(id) {
                Some(at) => StripeResponse::ok(self.intents[at].to_json(expands(request))),
                None => missing_resource_error("payment_intent", id),
            },
            _ => StripeResponse::invalid(404, "", "Unrecognized request URL"),
        }
    }

    fn create(&mut self, request: &StripeRequest, now: i64) -> StripeResponse {
        let amount = request.field("amount").and_then(|amount| amount.parse::<i64>().ok()).unwrap_or(0);
        if amount < 50 {
            return StripeResponse::invalid(400, "amount_too_small", "Amount must be at least $0.50 usd");
        }
        let expected =
            [("capture_method", "manual"), ("confirm", "true"), ("payment_method_types[]", "card")];
        if let Some((name, _)) = expected.iter().find(|(name, value)| request.field(name) != Some(value)) {
            return StripeResponse::invalid(400, "parameter_missing", name);
        }
        let token = request.field("payment_method_data[card][token]");
        let Some(name) = token.or(request.field("payment_method")) else {
            return StripeResponse::invalid(400, "parameter_missing", "payment_method");
        };
        let card = Card::from_name(name);
        let (status, error) = match &card {
            Card::Accepted | Card::FailsCapture => ("requires_capture", Value::Null),
            Card::NeedsConfirmation => ("requires_action", Value::Null),
            Card::Undecided => ("requires_confirmation", Value::Null),
            Card::Declined(error) => ("requires_payment_method", error.clone()),
            Card::Unknown => {
                let kind = if token.is_some() { "token" } else { "PaymentMethod" };
                return missing_resource_error(kind, name);
            }
        };
        let metadata = request.fields.iter().filter_map(|(name, value)| {
            let name = name.strip_prefix("metadata[")?.strip_suffix(']')?;
            Some((name.to_owned(), json!(value)))
        });
        let intent = Intent {
            id: format!("pi_fake{:06}", self.intents.len() + 1),
            status,
            amount,
            currency: request.field("currency").unwrap_or_default().to_owned(),
            metadata: metadata.collect(),
            created: now,
            held: status == "requires_capture",
            card,
            received: 0,
            captures: 0,
            refunded: 0,
            error: error.clone(),
        };
        let body = intent.to_json(expands(request));
        self.intents.push(intent);
        let at = self.intents.len() - 1;
        self.publish_event("payment_intent.created", at);
        match status {
            "requires_capture" => self.publish_event("payment_intent.amount_capturable_updated", at),
            "requires_action" => self.publish_event("payment_intent.requires_action", at),
            "requires_confirmation" => {}
            _ => self.publish_event("payment_intent.payment_failed", at),
        }
        if error.is_null() {
            return StripeResponse::ok(body);
        }
        let mut error = error;
        error["payment_intent"] = body;
        StripeResponse::error(402, &error)
    }

    fn capture(&mut self, id: &str, request: &StripeRequest) -> StripeResponse {
        let Some(at) = self.position(id) else { return missing_resource_error("payment_intent", id) };
        let intent = &mut self.intents[at];
        if intent.status != "requires_capture" {
            return unexpected_state_error(intent, "captured");
        }
        if request.field("amount_to_capture") != Some(&intent.amount.to_string()) {
            return StripeResponse::invalid(400, "amount_too_large", "Another amount was authorized");
        }
        if matches!(intent.card, Card::FailsCapture) {
            intent.error = decline_error("generic_decline", "Your card was declined.");
            return StripeResponse::error(402, &intent.error);
        }
        (intent.status, intent.received) = ("succeeded", intent.amount);
        intent.captures += 1;
        self.publish_change("payment_intent.succeeded", at)
    }

    fn cancel(&mut self, id: &str) -> StripeResponse {
        let Some(at) = self.position(id) else { return missing_resource_error("payment_intent", id) };
        let intent = &mut self.intents[at];
        if matches!(intent.status, "succeeded" | "canceled") {
            return unexpected_state_error(intent, "canceled");
        }
        intent.status = "canceled";
        self.publish_change("payment_intent.canceled", at)
    }

    /// Confirms an intent that waits for its cardholder, or fails the confirmation.
    pub(super) fn confirm(&mut self, id: &str, confirmed: bool) {
        let at = self.position(id).expect("an intent of this name");
        let intent = &mut self.intents[at];
        assert_eq!(intent.status, "requires_action", "{id} waits for nobody");
        let event = if confirmed {
            (intent.status, intent.held) = ("requires_capture", true);
            "payment_intent.amount_capturable_updated"
        } else {
            intent.status = "requires_payment_method";
            intent.error = json!({
                "type": "card_error", "code": "payment_intent_authentication_failure",
                "message": "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
            });
            "payment_intent.payment_failed"
        };
        self.publish_event(event, at);
    }

    fn refund(&mut self, request: &StripeRequest) -> StripeResponse {
        let id = request.field("payment_intent").unwrap_or_default();
        let Some(at) = self.position(id) else { return missing_resource_error("payment_intent", id) };
        let intent = &mut self.intents[at];
        let amount =
            request.field("amount").and_then(|amount| amount.parse().ok()).unwrap_or(intent.received);
        if intent.received == 0 {
            return unexpected_state_error(intent, "refunded");
        }
        if intent.refunded + amount > intent.received {
            return StripeResponse::invalid(
                400,
                "charge_already_refunded",
                "Charge has already been refunded.",
            );
        }
        intent.refunded += amount;
        self.refunds += 1;
        let id = format!("re_fake{:06}", self.refunds);
        let intent = &self.intents[at];
        let refund = json!({
            "id": id, "object": "refund", "amount": amount, "status": "succeeded", "payment_intent": intent.id,
        });
        self.push_event("refund.created", &refund);
        StripeResponse::ok(refund)
    }

    fn list(&self, request: &StripeRequest) -> StripeResponse {
        let limit = request.field("limit").and_then(|limit| limit.parse().ok()).unwrap_or(10);
        let newest = self.intents.iter().rev();
        let after = request.field("starting_after");
        let rest: Vec<&Intent> = match after {
            Some(after) => newest.skip_while(|intent| intent.id != after).skip(1).collect(),
            None => newest.collect(),
        };
        let page: Vec<Value> =
            rest.iter().take(limit).map(|intent| intent.to_json(expands(request))).collect();
        let has_more = rest.len() > page.len();
        StripeResponse::ok(json!({ "object": "list", "data": page, "has_more": has_more }))
    }

    /// Supports one kind of query: `metadata['name']:'value'`.
    fn search(&self, request: &StripeRequest, search_blind: bool) -> StripeResponse {
        let query = request.field("query").unwrap_or_default();
        let parts: Vec<&str> = query.split('\'').collect();
        let ["metadata[", name, "]:", value, ""] = parts.as_slice() else {
            return StripeResponse::invalid(400, "", "We were unable to parse your search query");
        };
        let found = self
            .intents
            .iter()
            .filter(|intent| !search_blind && intent.metadata.get(*name) == Some(&json!(value)));
        let found: Vec<Value> = found.map(|intent| intent.to_json(false)).collect();
        StripeResponse::ok(json!({ "object": "search_result", "data": found, "has_more": false }))
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.intents.iter().position(|intent| intent.id == id)
    }

    fn publish_change(&mut self, kind: &str, at: usize) -> StripeResponse {
        self.publish_event(kind, at);
        StripeResponse::ok(self.intents[at].to_json(false))
    }

    fn publish_event(&mut self, kind: &str, at: usize) {
        let object = self.intents[at].to_json(false);
        self.push_event(kind, &object);
    }

    fn push_event(&mut self, kind: &str, object: &Value) {
        let id = format!("evt_fake{:06}", self.events.len() + 1);
        self.events.push(json!({ "id": id, "object": "event", "type": kind, "data": { "object": object } }));
    }

    pub(super) fn intents(&self) -> Vec<Value> {
        self.intents.iter().map(|intent| intent.to_json(true)).collect()
    }

    pub(super) fn ledger(&self) -> Ledger {
        let charges = self.intents.iter().filter(|intent| intent.held).map(|intent| LedgerCharge {
            id: intent.id.clone(),
            order_id: OrderId::new(intent.metadata["order_id"].as_str().unwrap_or_default()),
            currency: intent.currency.clone(),
            authorized: intent.amount,
            captured: intent.received,
            voided: if intent.status == "canceled" { intent.amount } else { 0 },
            refunded: intent.refunded,
            captures: intent.captures,
            held: intent.status == "requires_capture",
        });
        Ledger { charges: charges.collect() }
    }
}

fn expands(request: &StripeRequest) -> bool {
    request.field("expand[]").is_some_and(|path| path.ends_with("latest_charge"))
}

fn missing_resource_error(kind: &str, id: &str) -> StripeResponse {
    let status = if kind == "payment_intent" { 404 } else { 400 };
    StripeResponse::invalid(status, "resource_missing", &format!("No such {kind}: '{id}'"))
}

fn unexpected_state_error(intent: &Intent, what: &str) -> StripeResponse {
    let message =
        format!("This PaymentIntent could not be {what} because it has a status of {}.", intent.status);
    StripeResponse::invalid(400, "payment_intent_unexpected_state", &message)
}
