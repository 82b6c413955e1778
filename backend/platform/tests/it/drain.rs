//! Graceful shutdown: requests in progress finish, slow connections are aborted, and the listener is closed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::response::sse::{Event, Sse};
use axum::routing::get;
use futures_util::StreamExt;
use ticketing_platform::http::ServeLimits;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::wire::{Server, run_within_deadline};

#[tokio::test]
async fn request_in_progress_is_finished() {
    let (arrived, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = {
        let (arrived, go) = (Arc::clone(&arrived), Arc::clone(&go));
        move || async move {
            arrived.notify_one();
            go.notified().await;
            "done"
        }
    };
    let server = Server::start(Router::new().route("/", get(handler))).await;
    let mut client = server.connect().await;
    client.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    run_within_deadline(arrived.notified()).await;
    server.shutdown.trigger();
    // New connections are refused before the old ones have ended.
    run_within_deadline(async { while TcpStream::connect(server.address).await.is_ok() {} }).await;
    assert!(!server.serving.is_finished());
    go.notify_one();
    let reply = client.reply().await.unwrap();
    assert_eq!((reply.status, reply.body.as_str()), (200, "done"));
    assert_eq!(reply.header("connection"), Some("close"));
    server.wait_until_ended().await;
}

#[tokio::test]
async fn idle_connections_do_not_delay_the_drain() {
    let server = Server::start(Router::new().route("/", get(|| async { "ok" }))).await;
    let mut client = server.connect().await;
    assert_eq!(client.send("GET /", &[], "").await.status, 200);
    let began = Instant::now();
    server.shutdown.trigger();
    client.wait_until_closed().await;
    server.wait_until_ended().await;
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn partial_request_delays_the_drain_for_the_grace_period() {
    let limits = ServeLimits { grace: Duration::from_millis(200), ..ServeLimits::default() };
    let server = Server::with(Router::new().route("/", get(|| async { "ok" })), limits).await;
    let mut client = server.connect().await;
    assert_eq!(client.send("GET /", &[], "").await.status, 200);
    client.write("GET / HTTP/1.1\r\nho").await;
    let began = Instant::now();
    server.shutdown.trigger();
    server.wait_until_ended().await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn stream_with_the_shutdown_signal_ends_at_once() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = ticketing_platform::shutdown::Shutdown::new();
    let watching = shutdown.clone();
    let handler = move || async move {
        let first =
            futures_util::stream::once(async { Ok::<_, axum::Error>(Event::default().data("first")) });
        Sse::new(first.chain(futures_util::stream::pending()).take_until(watching.triggered_owned()))
    };
    let router = ticketing_platform::http::wrap(
        Router::new().route("/", get(handler)),
        ticketing_platform::http::LayerSettings::default(),
    );
    let limits = ServeLimits::default();
    let serving = tokio::spawn(ticketing_platform::http::serve(listener, router, limits, shutdown.clone()));
    let server = Server { address, shutdown, serving };
    let mut client = server.connect().await;
    client.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut text = Vec::new();
    run_within_deadline(async {
        while !String::from_utf8_lossy(&text).contains("data: first") {
            assert_ne!(client.stream.read_buf(&mut text).await.unwrap(), 0);
        }
    })
    .await;
    let began = Instant::now();
    server.shutdown.trigger();
    run_within_deadline(client.stream.read_to_end(&mut text)).await.unwrap();
    assert!(text.ends_with(b"0\r\n\r\n"), "the stream was cut, not ended");
    server.wait_until_ended().await;
    assert!(began.elapsed() < Duration::from_secs(5));
}
