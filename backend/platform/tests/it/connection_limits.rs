//! Connection limits: which connections are evicted, and which requests are still answered.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::StreamExt;
use ticketing_platform::health::Health;
use ticketing_platform::http::{ApiError, ClientAddress, ServeLimits, StreamSlots};
use ticketing_platform::shutdown::Shutdown;
use tokio::io::AsyncReadExt;
use tokio::sync::Semaphore;

use crate::wire::{Client, Server, fails, run_within_deadline};

/// For tests that must not depend on timeouts.
const LONG: Duration = Duration::from_secs(3600);

fn limits(connections: usize) -> ServeLimits {
    ServeLimits { connections, reserve: 1, head_within: LONG, idle_within: LONG, ..ServeLimits::default() }
}

/// Returns a router: `/` responds at once, `/busy` after a permit, `/stream` never ends; and the probes.
fn router(may: &Arc<Semaphore>, slots: &StreamSlots) -> Router {
    let (may, slots) = (Arc::clone(may), slots.clone());
    let busy = move || async move {
        may.acquire().await.unwrap().forget();
        "done"
    };
    let stream = move || async move {
        let slot = slots.acquire(ClientAddress([127, 0, 0, 1].into()))?;
        let first = futures_util::stream::once(async { Ok::<_, std::io::Error>("first") });
        let mut response = Response::new(Body::from_stream(first.chain(futures_util::stream::pending())));
        response.extensions_mut().insert(slot);
        Ok::<_, ApiError>(response.into_response())
    };
    Router::new()
        .route("/", get(|| async { "ok" }))
        .route("/busy", get(busy))
        .route("/stream", get(stream))
        .merge(Health::new(Shutdown::new()).router())
}

async fn server(limits: ServeLimits) -> (Server, Arc<Semaphore>) {
    let (may, slots) = (Arc::new(Semaphore::new(0)), StreamSlots::new(2, 2));
    (Server::with(router(&may, &slots), limits).await, may)
}

async fn answers(server: &Server, path: &str) {
    let reply = server.send(&format!("GET {path}"), &[], "").await;
    assert_eq!(reply.status, 200, "{path}: {reply:?}");
}

/// Returns a stream that has begun.
async fn stream(server: &Server) -> Client {
    let mut client = server.connect().await;
    client.write("GET /stream HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut text = Vec::new();
    run_within_deadline(async {
        while !String::from_utf8_lossy(&text).contains("first") {
            assert_ne!(client.stream.read_buf(&mut text).await.unwrap(), 0);
        }
    })
    .await;
    client
}

#[tokio::test]
async fn idle_connection_is_closed_at_the_limit() {
    let (server, _) = server(limits(2)).await;
    let (mut first, mut second) = (server.connect().await, server.connect().await);
    assert_eq!(first.send("GET /", &[], "").await.status, 200);
    assert_eq!(second.send("GET /", &[], "").await.status, 200);
    let mut third = server.connect().await;
    assert_eq!(third.send("GET /", &[], "").await.status, 200);
    first.wait_until_closed().await;
    assert_eq!(second.send("GET /", &[], "").await.status, 200);
}

#[tokio::test]
async fn silent_connections_do_not_block_requests() {
    let (server, _) = server(limits(4)).await;
    let mut silent = Vec::new();
    for _ in 0..40 {
        silent.push(server.connect().await);
        answers(&server, "/healthz").await;
        answers(&server, "/").await;
    }
}

#[tokio::test]
async fn new_connection_gets_503_if_none_is_idle_and_probes_answer() {
    let (server, may) = server(limits(1)).await;
    let mut busy = server.connect().await;
    busy.write("GET /busy HTTP/1.1\r\nhost: x\r\n\r\n").await;
    // Until the first request is under way its connection may give way.
    run_within_deadline(async {
        loop {
            let reply = server.send("GET /", &[], "").await;
            if reply.status == 503 {
                fails(&reply, 503, "unavailable");
                assert_eq!(reply.header("retry-after"), Some("1"));
                assert_eq!(reply.header("connection"), Some("close"));
                return;
            }
            busy = server.connect().await;
            busy.write("GET /busy HTTP/1.1\r\nhost: x\r\n\r\n").await;
        }
    })
    .await;
    answers(&server, "/healthz").await;
    answers(&server, "/readyz").await;
    may.add_permits(10);
    assert_eq!(busy.reply().await.unwrap().body, "done");
    answers(&server, "/").await;
}

#[tokio::test]
async fn share_of_an_address_closes_only_its_connections() {
    let (server, _) = server(ServeLimits { connections_per_address: 2, ..limits(100) }).await;
    let mut other = server.connect_from("127.0.0.2").await;
    assert_eq!(other.send("GET /", &[], "").await.status, 200);
    let mut first = server.connect().await;
    assert_eq!(first.send("GET /", &[], "").await.status, 200);
    let mut rest = Vec::new();
    for _ in 0..5 {
        let mut client = server.connect().await;
        assert_eq!(client.send("GET /", &[], "").await.status, 200);
        rest.push(client);
    }
    first.wait_until_closed().await;
    assert_eq!(
        other.send("GET /", &[], "").await.status,
        200,
        "it waits longest, and is not of that address"
    );
}

#[tokio::test]
async fn streams_at_their_limit_do_not_block_requests_or_probes() {
    let (server, _) = server(limits(1)).await;
    // More streams than connections of requests: they have slots of their own.
    let (first, _second) = (stream(&server).await, stream(&server).await);
    let refused = server.send("GET /stream", &[], "").await;
    fails(&refused, 503, "unavailable");
    assert_eq!(refused.header("retry-after"), Some("5"));
    answers(&server, "/").await;
    answers(&server, "/healthz").await;
    drop(first);
    run_within_deadline(async {
        loop {
            let mut client = server.connect().await;
            client.write("GET /stream HTTP/1.1\r\nhost: x\r\n\r\n").await;
            let mut head = [0; 12];
            client.stream.read_exact(&mut head).await.unwrap();
            if head.ends_with(b"200") {
                return;
            }
        }
    })
    .await;
}

#[test]
fn limits_are_lowered_to_the_limit_on_open_files() {
    let all = ServeLimits::default();
    let wanted = all.connections + all.streams + all.reserve;
    assert_eq!(all.clone().within_files(wanted).connections, all.connections);
    for files in [16, 40, 80, 500, wanted - 1] {
        let less = all.clone().within_files(files);
        assert!(less.connections + less.streams + less.reserve <= files.max(18), "{files}: {less:?}");
        assert!(less.connections >= 8 && less.streams >= 8 && less.reserve >= 1, "{files}: {less:?}");
        assert!(less.connections_per_address <= less.connections.max(8), "{files}: {less:?}");
        assert!(less.streams_per_address <= less.streams, "{files}: {less:?}");
    }
}
