//! Slow clients: stalled connections are closed, and those that make progress are not. The time is virtual: it moves on when both
//! sides wait.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use ticketing_platform::http::{Json, ServeLimits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::wire::{Client, Server, fails, run_within_deadline};

const SHORT: Duration = Duration::from_millis(150);
const HEAD: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

async fn server(limits: ServeLimits) -> Server {
    let router = Router::new()
        .route("/", get(|| async { "ok" }))
        .route("/json", post(|Json(_): Json<serde_json::Value>| async { "ok" }))
        .route(
            "/endless",
            get(|| async {
                let chunk = bytes::Bytes::from(vec![b'x'; 64 * 1024]);
                Body::from_stream(futures_util::stream::repeat_with(move || {
                    Ok::<_, std::io::Error>(chunk.clone())
                }))
            }),
        );
    Server::with(router, limits).await
}

#[tokio::test(start_paused = true)]
async fn connection_without_a_head_is_closed() {
    let server = server(ServeLimits { head_within: SHORT, ..ServeLimits::default() }).await;
    for sent in ["", "GET / HT", "GET / HTTP/1.1\r\nhost: x\r\n"] {
        let mut client = server.connect().await;
        client.write(sent).await;
        client.wait_until_closed().await;
    }
}

#[tokio::test(start_paused = true)]
async fn connection_with_a_slow_head_is_closed() {
    let server = server(ServeLimits { head_within: SHORT, ..ServeLimits::default() }).await;
    let mut client = server.connect().await;
    client.write("GET / HTTP/1.1\r\nx-slow: ").await;
    run_within_deadline(async {
        let mut byte = [0];
        // Each pause is far shorter than the limit, which is for the whole head.
        while timeout(Duration::from_millis(10), client.stream.read(&mut byte)).await.is_err() {
            if client.stream.write_all(b"a").await.is_err() {
                break;
            }
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn idle_connection_outlives_the_head_timeout() {
    let server = server(ServeLimits { head_within: SHORT, ..ServeLimits::default() }).await;
    let mut client = server.connect().await;
    for _ in 0..3 {
        assert_eq!(client.send("GET /", &[], "").await.body, "ok");
        let mut byte = [0];
        assert!(timeout(SHORT * 2, client.stream.read(&mut byte)).await.is_err(), "closed while idle");
    }
    // The next head is bounded again.
    client.write("GET / HT").await;
    client.wait_until_closed().await;
}

#[tokio::test(start_paused = true)]
async fn idle_connection_is_closed_after_the_idle_timeout() {
    let server = server(ServeLimits { idle_within: SHORT, ..ServeLimits::default() }).await;
    let mut client = server.connect().await;
    assert_eq!(client.send("GET /", &[], "").await.body, "ok");
    client.wait_until_closed().await;
}

#[tokio::test(start_paused = true)]
async fn missing_body_is_answered_408() {
    let server = server(ServeLimits { body_within: SHORT, ..ServeLimits::default() }).await;
    let mut client = server.connect().await;
    client
        .write("POST /json HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{\"a\"")
        .await;
    fails(&client.reply().await.unwrap(), 408, "request_timeout");
    client.wait_until_closed().await;
}

#[tokio::test(start_paused = true)]
async fn client_that_does_not_read_its_answer_is_disconnected() {
    let server = server(ServeLimits { write_within: SHORT, ..ServeLimits::default() }).await;
    let mut client = server.connect().await;
    client.write("GET /endless HTTP/1.1\r\nhost: x\r\n\r\n").await;
    server.shutdown.trigger();
    // The answer has no end, so only the cut lets the server end before its grace of ten seconds.
    timeout(Duration::from_secs(8), server.serving).await.unwrap().unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn pipelined_requests_are_answered_in_order() {
    let server = server(ServeLimits::default()).await;
    let mut client: Client = server.connect().await;
    client.write(&format!("{HEAD}{}", HEAD.replace("GET /", "GET /none"))).await;
    let mut text = Vec::new();
    run_within_deadline(async {
        while !String::from_utf8_lossy(&text).contains("not_found") {
            assert_ne!(client.stream.read_buf(&mut text).await.unwrap(), 0);
        }
    })
    .await;
    let text = String::from_utf8(text).unwrap();
    assert!(text.find("200 OK").unwrap() < text.find("404 Not Found").unwrap());
}
