//! The server of the fake Stripe: authentication and idempotency keys.

use std::sync::{Arc, Weak};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use parking_lot::Mutex;
use serde_json::json;
use ticketing_payments::provider::FaultPlan;
use ticketing_platform::clock::Clock;

use super::faults::{StripeFault, StripeFaults};
use super::request::{StripeRequest, StripeResponse};
use super::{FakeStripe, STRIPE_KEY, Shared};
use crate::thread_server::ThreadServer;

pub(super) fn start(clock: Clock) -> FakeStripe {
    let shared = Arc::new_cyclic(|shared: &Weak<Shared>| {
        let shared = shared.clone();
        Shared {
            server: ThreadServer::start(move |request| serve(shared.upgrade(), request)),
            clock,
            faults: FaultPlan::default(),
            server_faults: StripeFaults::default(),
            account: Mutex::default(),
        }
    });
    FakeStripe { shared }
}

/// Responds to a request. Returns `None` if the request or its response is lost.
async fn serve(shared: Option<Arc<Shared>>, request: Request<Bytes>) -> Option<Response<Full<Bytes>>> {
    let fake = FakeStripe { shared: shared? };
    let request = read(request);
    let call = request.payment_step();
    match call {
        Some(call) => fake.faults().before_call(call).await.ok()?,
        None if fake.faults().is_unreachable() => return None,
        None => {}
    }
    let response = fake.respond(&request);
    fake.send_events();
    let mut cut = false;
    if let Some(call) = call {
        fake.faults().after_call(call).ok()?;
        cut = fake.server_faults().take(call, StripeFault::Truncated);
    }
    Some(response.into_response(cut))
}

fn read(request: Request<Bytes>) -> StripeRequest {
    let (parts, body) = request.into_parts();
    let text = if body.is_empty() { parts.uri.query().unwrap_or_default().as_bytes() } else { &body[..] };
    let fields = form_urlencoded::parse(text).into_owned().collect();
    StripeRequest { method: parts.method, path: parts.uri.path().to_owned(), headers: parts.headers, fields }
}

impl FakeStripe {
    /// Checks the secret key, then the idempotency key, then executes the request.
    fn respond(&self, request: &StripeRequest) -> StripeResponse {
        let mut account = self.shared.account.lock();
        let key = request.header("idempotency-key").unwrap_or_default().to_owned();
        account.requests.push(format!("{} {} {key}", request.method, request.path));
        if request.header("authorization") != Some(&format!("Bearer {STRIPE_KEY}")) {
            return StripeResponse::invalid(401, "", "Invalid API Key provided: sk_test_***");
        }
        if !request.header("stripe-version").is_some_and(|version| version.starts_with("20")) {
            return StripeResponse::invalid(400, "", "The caller does not pin a version");
        }
        let now = self.shared.clock.now().as_millis() / 1000;
        let Some(call) = request.payment_step() else {
            return account.respond(request, now, self.server_faults().is_search_blind());
        };
        if key.is_empty() || key.len() > 255 {
            return StripeResponse::invalid(400, "", "An idempotency key is required");
        }
        if self.server_faults().take(call, StripeFault::RateLimited) {
            let error = json!({ "type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests" });
            return StripeResponse::error(429, &error).with_header("retry-after", "1");
        }
        if self.server_faults().take(call, StripeFault::KeyInUse) {
            let error =
                json!({ "type": "idempotency_error", "code": "idempotency_key_in_use", "message": "In use" });
            return StripeResponse::error(409, &error);
        }
        let request_text = format!("{} {:?}", request.path, request.fields);
        if let Some((asked, kept)) = account.keys.get(&key) {
            if *asked != request_text {
                let message = "Keys for idempotent requests can only be used with the same parameters";
                let error = json!({ "type": "idempotency_error", "message": message });
                return StripeResponse::error(400, &error);
            }
            return kept.clone().with_header("idempotent-replayed", "true");
        }
        let response = if self.server_faults().take(call, StripeFault::ErrorInstead) {
            StripeResponse::failure()
        } else {
            let response = account.respond(request, now, false);
            // A refused request had no effect.
            let effective = response.status != 400;
            if effective && self.server_faults().take(call, StripeFault::ErrorAfter) {
                StripeResponse::failure()
            } else {
                response
            }
        };
        account.keys.insert(key, (request_text, response.clone()));
        response
    }
}
