//! The listener of the stand-in for Stripe: who may ask, and what becomes of a key.

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
use super::mischief::{Mischief, Prank};
use super::request::{StripeAnswer, StripeRequest};
use super::{FakeStripe, STRIPE_KEY, Shared};

pub(super) async fn start(clock: Clock) -> FakeStripe {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (told, shared) = tokio::sync::oneshot::channel::<Weak<Shared>>();
    let task = tokio::spawn(async move {
        let Ok(shared) = shared.await else { return };
        while let Ok((stream, _)) = listener.accept().await {
            let shared = shared.clone();
            let service = service_fn(move |request| {
                let shared = shared.clone();
                // What was begun is finished, even if nobody waits for the answer any more.
                let served = tokio::spawn(async move { serve(shared.upgrade().ok_or(Lost)?, request).await });
                async move { served.await.unwrap_or(Err(Lost)) }
            });
            // A connection that ends is nobody's fault here.
            tokio::spawn(async move {
                drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await)
            });
        }
    });
    let shared = Arc::new(Shared {
        address,
        clock,
        faults: FaultPlan::default(),
        mischief: Mischief::default(),
        account: Mutex::new(Account::default()),
        listener: task.abort_handle(),
    });
    told.send(Arc::downgrade(&shared)).expect("the listener waits");
    FakeStripe { shared }
}

/// The connection ends without an answer.
#[derive(Debug)]
struct Lost;

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("lost on the way")
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
    let answer = fake.answer(&request);
    fake.send_events();
    let mut cut = false;
    if let Some(call) = call {
        fake.faults().after_call(call).map_err(|_| Lost)?;
        cut = fake.mischief().take(call, Prank::Garbled);
    }
    Ok(answer.into_response(cut))
}

async fn read(request: Request<Incoming>) -> StripeRequest {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let text = if body.is_empty() { parts.uri.query().unwrap_or_default().as_bytes() } else { &body[..] };
    let fields = form_urlencoded::parse(text).into_owned().collect();
    StripeRequest { method: parts.method, path: parts.uri.path().to_owned(), headers: parts.headers, fields }
}

impl FakeStripe {
    /// Looks at the key of the account, then at the key of the request, then does what is asked.
    fn answer(&self, request: &StripeRequest) -> StripeAnswer {
        let mut account = self.account();
        let key = request.header("idempotency-key").unwrap_or_default().to_owned();
        account.requests.push(format!("{} {} {key}", request.method, request.path));
        if request.header("authorization") != Some(&format!("Bearer {STRIPE_KEY}")) {
            return StripeAnswer::invalid(401, "", "Invalid API Key provided: sk_test_***");
        }
        if !request.header("stripe-version").is_some_and(|version| version.starts_with("20")) {
            return StripeAnswer::invalid(400, "", "The caller does not pin a version");
        }
        let now = self.shared.clock.now().as_millis() / 1000;
        let Some(call) = request.call() else {
            return account.answer(request, now, self.mischief().is_blind());
        };
        if key.is_empty() || key.len() > 255 {
            return StripeAnswer::invalid(400, "", "Our caller always has a key");
        }
        if self.mischief().take(call, Prank::TooMany) {
            let error = json!({ "type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests" });
            return StripeAnswer::error(429, &error).with("retry-after", "1");
        }
        if self.mischief().take(call, Prank::KeyInUse) {
            let error =
                json!({ "type": "idempotency_error", "code": "idempotency_key_in_use", "message": "In use" });
            return StripeAnswer::error(409, &error);
        }
        let question = format!("{} {:?}", request.path, request.fields);
        if let Some((asked, kept)) = account.keys.get(&key) {
            if *asked != question {
                let message = "Keys for idempotent requests can only be used with the same parameters";
                let error = json!({ "type": "idempotency_error", "message": message });
                return StripeAnswer::error(400, &error);
            }
            return kept.clone().with("idempotent-replayed", "true");
        }
        let answer = if self.mischief().take(call, Prank::ErrorInstead) {
            StripeAnswer::failure()
        } else {
            let answer = account.answer(request, now, false);
            // A refusal of the request itself has had no effect that could go untold.
            let effective = answer.status != 400;
            if effective && self.mischief().take(call, Prank::ErrorAfter) {
                StripeAnswer::failure()
            } else {
                answer
            }
        };
        account.keys.insert(key, (question, answer.clone()));
        answer
    }
}
