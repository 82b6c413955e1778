//! The listener of the fake Stripe: authentication and idempotency keys.

use std::sync::{Arc, Mutex, Weak};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use ticketing_payments::provider::FaultPlan;
use ticketing_platform::clock::Clock;
use tokio::net::TcpListener;

use super::account::Account;
use super::faults::{InjectedFault, StripeFaults};
use super::request::{StripeRequest, StripeResponse};
use super::{FakeStripe, STRIPE_KEY, Shared};

pub(super) async fn start(clock: Clock) -> FakeStripe {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (sender, shared) = tokio::sync::oneshot::channel::<Weak<Shared>>();
    let task = tokio::spawn(async move {
        let Ok(shared) = shared.await else { return };
        while let Ok((stream, _)) = listener.accept().await {
            let shared = shared.clone();
            let service = service_fn(move |request| {
                let shared = shared.clone();
                // A request completes even if the client disconnects.
                let served = tokio::spawn(async move { serve(shared.upgrade().ok_or(Lost)?, request).await });
                async move { served.await.unwrap_or(Err(Lost)) }
            });
            // A closed connection is not an error.
            tokio::spawn(async move {
                drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await)
            });
        }
    });
    let shared = Arc::new(Shared {
        address,
        clock,
        faults: FaultPlan::default(),
        server_faults: StripeFaults::default(),
        account: Mutex::new(Account::default()),
        listener: task.abort_handle(),
    });
    sender.send(Arc::downgrade(&shared)).expect("the listener waits");
    FakeStripe { shared }
}

/// The connection ends without an response.
#[derive(Debug)]
struct Lost;

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the response is lost")
    }
}

impl std::error::Error for Lost {}

async fn serve(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Lost> {
    let fake = FakeStripe { shared };
    let request = read(request).await;
    let call = request.call();
    match call {
        Some(call) => fake.faults().before_call(call).await.map_err(|_| Lost)?,
        None if fake.faults().is_unreachable() => return Err(Lost),
        None => {}
    }
    let response = fake.respond(&request);
    fake.send_events();
    let mut cut = false;
    if let Some(call) = call {
        fake.faults().after_call(call).map_err(|_| Lost)?;
        cut = fake.server_faults().take(call, InjectedFault::Truncated);
    }
    Ok(response.into_response(cut))
}

async fn read(request: Request<Incoming>) -> StripeRequest {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let text = if body.is_empty() { parts.uri.query().unwrap_or_default().as_bytes() } else { &body[..] };
    let fields = form_urlencoded::parse(text).into_owned().collect();
    StripeRequest { method: parts.method, path: parts.uri.path().to_owned(), headers: parts.headers, fields }
}

impl FakeStripe {
    /// Checks the secret key, then the idempotency key, then executes the request.
    fn respond(&self, request: &StripeRequest) -> StripeResponse {
        let mut account = self.account();
        let key = request.header("idempotency-key").unwrap_or_default().to_owned();
        account.requests.push(format!("{} {} {key}", request.method, request.path));
        if request.header("authorization") != Some(&format!("Bearer {STRIPE_KEY}")) {
            return StripeResponse::invalid(401, "", "Invalid API Key provided: sk_test_***");
        }
        if !request.header("stripe-version").is_some_and(|version| version.starts_with("20")) {
            return StripeResponse::invalid(400, "", "The caller does not pin a version");
        }
        let now = self.shared.clock.now().as_millis() / 1000;
        let Some(call) = request.call() else {
            return account.respond(request, now, self.server_faults().is_search_blind());
        };
        if key.is_empty() || key.len() > 255 {
            return StripeResponse::invalid(400, "", "An idempotency key is required");
        }
        if self.server_faults().take(call, InjectedFault::RateLimited) {
            let error = json!({ "type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests" });
            return StripeResponse::error(429, &error).with("retry-after", "1");
        }
        if self.server_faults().take(call, InjectedFault::KeyInUse) {
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
            return kept.clone().with("idempotent-replayed", "true");
        }
        let response = if self.server_faults().take(call, InjectedFault::ErrorInstead) {
            StripeResponse::failure()
        } else {
            let response = account.respond(request, now, false);
            // A refused request had no effect.
            let effective = response.status != 400;
            if effective && self.server_faults().take(call, InjectedFault::ErrorAfter) {
                StripeResponse::failure()
            } else {
                response
            }
        };
        account.keys.insert(key, (request_text, response.clone()));
        response
    }
}
