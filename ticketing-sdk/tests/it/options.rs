//! The options of a client: hooks, the budget of retries, headers, timeouts, its own connections, and calls without `async`.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use ticketing_sdk::blocking::{Wait as _, iterate};
use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{
    Attempt, AttemptHook, AttemptResult, Client, ClientBuilder, Error, HeaderMap, Method, Phase, RetryBudget,
    RetryPolicy, reqwest, rustls,
};

use crate::support::{SERVER, payment, ticket};

#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<String>>>);

impl AttemptHook for Recorder {
    fn before_attempt(&self, attempt: &Attempt<'_>, headers: &mut HeaderMap) {
        headers.insert("x-attempt", attempt.number.into());
    }

    fn after_attempt(&self, attempt: &Attempt<'_>, result: &AttemptResult<'_>) {
        let outcome = match (result.status, result.error) {
            (Some(status), None) => format!("{status} of {}", result.request_id.unwrap()),
            (None, Some(error)) => error.to_string(),
            both => unreachable!("{both:?}"),
        };
        let next = if result.retry_in.is_some() { "retried" } else { "final" };
        let line = format!("{} {} #{}: {outcome}, {next}", attempt.method, attempt.route, attempt.number);
        self.0.lock().unwrap().push(line);
    }
}

#[tokio::test(start_paused = true)]
async fn hooks_see_each_attempt_and_add_headers() {
    let (mock, recorder) = (Mock::new(), Recorder::default());
    mock.on(Method::GET, "/api/tickets/t-1", Reply::broken());
    mock.on(Method::GET, "/api/tickets/t-1", Reply::json(200, &ticket("t-1")));
    let builder = Client::builder(SERVER).mock(&mock).hook(recorder.clone()).default_header("x-team", "door");
    builder.build().unwrap().tickets().get("t-1").await.unwrap();
    let expected = [
        "GET /api/tickets/{id} #1: the connection broke: connection reset, retried",
        "GET /api/tickets/{id} #2: 200 OK of 2, final",
    ];
    assert_eq!(*recorder.0.lock().unwrap(), expected);
    let sent = &mock.requests()[1];
    assert_eq!((sent.header("x-attempt"), sent.header("x-team")), (Some("2"), Some("door")));
}

#[tokio::test]
async fn hooks_see_the_request_of_a_watch() {
    let (mock, recorder) = (Mock::new(), Recorder::default());
    mock.on(Method::GET, "/api/tickets", Reply::events(""));
    let client = Client::builder(SERVER).mock(&mock).hook(recorder.clone()).build().unwrap();
    let _watch = client.tickets().watch().await.unwrap();
    assert_eq!(*recorder.0.lock().unwrap(), ["GET /api/tickets #1: 200 OK of 1, final"]);
}

#[tokio::test(start_paused = true)]
async fn empty_budget_ends_the_retries_of_all_calls() {
    let mock = Mock::new();
    mock.on(Method::GET, "/api/tickets/t-1", Reply::broken());
    let budget = RetryBudget::new(12);
    let policy = RetryPolicy::default().max_retries(10).budget(budget.clone());
    let client = Client::builder(SERVER).mock(&mock).retry_policy(policy).build().unwrap();
    client.tickets().get("t-1").await.unwrap_err();
    assert_eq!((mock.requests().len(), budget.available()), (3, 2));
    client.tickets().get("t-1").await.unwrap_err();
    assert_eq!(mock.requests().len(), 4, "no retry is left");
    // Successes of other calls pay for the next retry.
    mock.on(Method::GET, "/api/tickets/t-2", Reply::json(200, &ticket("t-2")));
    for _ in 0..3 {
        client.tickets().get("t-2").await.unwrap();
    }
    client.tickets().get("t-1").await.unwrap_err();
    assert_eq!(mock.requests().len(), 4 + 3 + 2);
}

#[tokio::test(start_paused = true)]
async fn silence_within_a_body_ends_the_call() {
    let mock = Mock::new();
    mock.on(Method::GET, "/slow", Reply::events("data: 1\n\n"));
    let builder = Client::builder(SERVER).mock(&mock).body_timeout(Duration::from_secs(3));
    let error = builder.build().unwrap().request(Method::GET, "/slow").send().await.unwrap_err();
    let Error::Timeout { phase: Phase::Body, after } = error else { panic!("{error:?}") };
    assert_eq!(after, Duration::from_secs(3));
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test]
async fn payments_of_one_order_are_listed() {
    let mock = Mock::new();
    let mut other = payment("failed");
    other["orderId"] = json!("o-2");
    mock.on(Method::GET, "/api/payments", Reply::json(200, &[payment("succeeded"), other]));
    let client = Client::builder(SERVER).mock(&mock).build().unwrap();
    let found = client.payments().list().order("o-1").all().await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(mock.requests()[0].query.as_deref(), Some("order=o-1&limit=100"));
}

#[test]
fn blocking_calls_need_no_runtime() {
    let mock = Mock::new();
    mock.on(Method::GET, "/api/tickets/t-1", Reply::json(200, &ticket("t-1")));
    mock.on(Method::GET, "/api/tickets", Reply::json(200, &[ticket("t-1"), ticket("t-2")]));
    let client = Client::builder(SERVER).mock(&mock).build().unwrap();
    assert_eq!(client.tickets().get("t-1").wait().unwrap().id.as_str(), "t-1");
    assert_eq!(client.tickets().list().wait().unwrap().items.len(), 2);
    let ids: Vec<_> = iterate(client.tickets().list().stream()).map(|item| item.unwrap().id).collect();
    assert_eq!(ids, ["t-1".into(), "t-2".into()]);
}

#[tokio::test]
async fn https_client_installs_no_provider_for_the_process() {
    let client = Client::new("https://127.0.0.1:9").unwrap();
    assert!(client.tickets().get("t-1").await.unwrap_err().is_unreachable());
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
}

#[test]
fn invalid_options_are_named() {
    let field = |builder: ClientBuilder| match builder.build() {
        Err(Error::InvalidInput { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    let builder = || Client::builder("https://tickets.example.com");
    assert_eq!(field(builder().proxy("not an address")), "proxy");
    assert_eq!(field(builder().root_certificates("no certificate")), "root certificate");
    assert_eq!(field(builder().default_header("no name", "x")), "header");
    assert_eq!(field(builder().default_header("x-name", "a\nb")), "header");
}

#[tokio::test]
async fn own_http_client_carries_the_requests() {
    // It fails to resolve every name but one, which shows that it is asked.
    let nobody = crate::loopback::reserve_port();
    let address = nobody.local_addr().unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    let http = reqwest::Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(tls)
        .resolve("tickets.example.com", address)
        .build()
        .unwrap();
    let client =
        Client::builder("http://tickets.example.com").http_client(http).max_retries(0).build().unwrap();
    let error = client.tickets().get("t-1").await.unwrap_err();
    assert!(error.root_cause().contains("refused"), "{error}");
}
