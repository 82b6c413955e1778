//! Health, readiness and metrics, each on a socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use axum::Router;
use axum::routing::get;
use ticketing_platform::health::Health;
use ticketing_platform::http;
use ticketing_platform::shutdown::Shutdown;
use tokio::net::TcpListener;

use crate::wire::{Server, fails};

#[tokio::test]
async fn readiness_names_the_failing_checks() {
    let fine = Arc::new(AtomicBool::new(true));
    let checked = Arc::clone(&fine);
    let ending = Shutdown::new();
    let health = Health::new(ending.clone()).check("database", move || {
        let checked = Arc::clone(&checked);
        async move { checked.load(Ordering::SeqCst) }
    });
    let server = Server::start(health.router()).await;
    assert_eq!(server.send("GET /healthz", &[], "").await.body, r#"{"status":"ok"}"#);
    assert_eq!(server.send("GET /readyz", &[], "").await.status, 200);
    fine.store(false, Ordering::SeqCst);
    ending.trigger();
    let reply = server.send("GET /readyz", &[], "").await;
    assert_eq!(reply.status, 503);
    assert_eq!(reply.body, r#"{"status":"unavailable","failing":["database","shutdown"]}"#);
    assert_eq!(server.send("GET /healthz", &[], "").await.status, 200);
}

#[tokio::test]
async fn shared_check_runs_once_for_many_probes() {
    let runs = Arc::new(AtomicU32::new(0));
    let (release, released) = tokio::sync::watch::channel(false);
    let counted = Arc::clone(&runs);
    let health = Health::new(Shutdown::new()).check_at_most_every(
        "database",
        std::time::Duration::from_secs(600),
        move || {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut released = released.clone();
            async move { released.wait_for(|released| *released).await.is_ok() }
        },
    );
    let server = Server::start(health.router()).await;
    // The check outlasts a probe: that one fails, and the next does not begin another run.
    assert_eq!(server.send("GET /readyz", &[], "").await.status, 503);
    release.send(true).unwrap();
    for _ in 0..5 {
        assert_eq!(server.send("GET /readyz", &[], "").await.status, 200);
    }
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn metrics_count_requests_by_route_on_their_own_listener() {
    let server = Server::start(Router::new().route("/things/{id}", get(|| async { "ok" }))).await;
    for id in 0..3 {
        assert_eq!(server.send(&format!("GET /things/{id}"), &[], "").await.status, 200);
    }
    fails(&server.send("GET /nowhere", &[], "").await, 404, "not_found");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = Shutdown::new();
    let serving = tokio::spawn(http::serve_metrics(listener, shutdown.clone()));
    let metrics = Server { address, shutdown, serving };
    let reply = metrics.send("GET /metrics", &[], "").await;
    assert_eq!(reply.status, 200);
    let count = |labels: &str| {
        let name = format!("http_requests_total{{{labels}}} ");
        reply.body.lines().find_map(|line| line.strip_prefix(&name)).map(str::to_owned)
    };
    assert_eq!(
        count(r#"method="GET",route="/things/{id}",status="200""#).as_deref(),
        Some("3"),
        "{}",
        reply.body
    );
    assert!(count(r#"method="GET",route="unmatched",status="404""#).is_some());
    assert!(reply.body.contains("http_request_duration_seconds_bucket{"));
    assert_eq!(metrics.send("GET /", &[], "").await.status, 404);
    metrics.shutdown.trigger();
    metrics.wait_until_ended().await;
}

#[test]
fn init_logs_can_run_twice_and_names_a_bad_filter() {
    use ticketing_platform::telemetry::{LogFormat, init_logs};
    assert!(init_logs(LogFormat::Json, "warn").is_ok());
    assert!(init_logs(LogFormat::Text, "warn,ticketing_platform=debug").is_ok());
    assert!(init_logs(LogFormat::Text, "a=b=c").unwrap_err().to_string().contains("a=b=c"));
}
