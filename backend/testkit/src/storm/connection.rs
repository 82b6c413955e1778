//! The connection of the clients to a server that restarts: every write is retried until it gets a response.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use http::Method;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::{RawClient, Reply};

/// How long a running server may need for a response.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(25);
/// How long a server may be stopped.
const RESTART_TIMEOUT: Duration = Duration::from_secs(90);
/// The pause before a retry.
const RETRY_PAUSE: Duration = Duration::from_millis(15);

/// One write. A retry sends the same bytes.
#[derive(Clone, Debug)]
pub(super) struct WriteRequest {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Option<Value>,
    pub(super) key: Option<String>,
    pub(super) cookie: String,
}

impl WriteRequest {
    pub(super) fn post(path: &str, body: Value, key: String, cookie: &str) -> Self {
        let (path, cookie) = (path.to_owned(), cookie.to_owned());
        Self { method: Method::POST, path, body: Some(body), key: Some(key), cookie }
    }
}

/// The response to a write.
#[derive(Clone, Debug)]
pub(super) struct WriteResponse {
    pub(super) reply: Reply,
    /// Whether an earlier attempt got no response, and can have had its effect.
    pub(super) may_have_had_effect: bool,
}

/// The connection, which counts writes and responses.
#[derive(Debug, Default)]
pub(super) struct ServerConnection {
    /// The running server.
    server: watch::Sender<Option<RawClient>>,
    /// Whether an ingress is in front of it, which sends a DELETE again to another replica if the first one is killed.
    pub(super) has_ingress: AtomicBool,
    pub(super) answered: watch::Sender<u64>,
    pub(super) sent: AtomicU64,
    pub(super) retried: AtomicU64,
    pub(super) succeeded: AtomicU64,
}

impl ServerConnection {
    pub(super) fn connect(&self, url: &str) {
        self.server.send_replace(Some(RawClient::new(url)));
    }

    /// Marks the server as stopped: writes wait for the next one.
    pub(super) fn mark_stopped(&self) {
        self.server.send_replace(None);
    }

    /// Waits for a running server.
    async fn server(&self) -> RawClient {
        let mut servers = self.server.subscribe();
        let there = timeout(RESTART_TIMEOUT, servers.wait_for(Option::is_some)).await;
        let there = there.expect("the server restarts").expect("the connection outlives its clients");
        there.clone().expect("there is a server")
    }

    /// Sends a write until it gets a final response.
    pub(super) async fn write(&self, write: &WriteRequest) -> WriteResponse {
        let mut may_have_had_effect = false;
        self.sent.fetch_add(1, Ordering::Relaxed);
        loop {
            let raw = self.server().await;
            match timeout(REQUEST_TIMEOUT, request(&raw, write).send()).await {
                Err(_) => panic!("no response from a running server: {write:?}"),
                Ok(Err(_)) => may_have_had_effect = true,
                Ok(Ok(reply)) => {
                    self.answered.send_modify(|count| *count += 1);
                    // A 503 can hide an effect: the request can have reached a replica that was killed.
                    may_have_had_effect |= reply.status == 503;
                    if !is_to_retry(&reply) {
                        assert!(
                            reply.status < 500,
                            "{write:?} got status {}: {}",
                            reply.status,
                            reply.text()
                        );
                        self.succeeded.fetch_add(u64::from(reply.status < 300), Ordering::Relaxed);
                        return WriteResponse { reply, may_have_had_effect };
                    }
                }
            }
            self.retried.fetch_add(1, Ordering::Relaxed);
            sleep(RETRY_PAUSE).await;
        }
    }

    /// Reads, with retries.
    pub(super) async fn read(&self, path: &str, cookie: &str) -> Reply {
        let cookie = cookie.to_owned();
        let get = WriteRequest { method: Method::GET, path: path.to_owned(), body: None, key: None, cookie };
        loop {
            let raw = self.server().await;
            match timeout(REQUEST_TIMEOUT, request(&raw, &get).send()).await {
                Ok(Ok(reply)) if !is_to_retry(&reply) => return reply,
                Ok(_) => sleep(RETRY_PAUSE).await,
                Err(_) => panic!("no response from a running server: GET {path}"),
            }
        }
    }
}

fn request(raw: &RawClient, write: &WriteRequest) -> crate::RawRequest {
    let mut request = raw.request(write.method.clone(), &write.path);
    if !write.cookie.is_empty() {
        request = request.cookie(&write.cookie);
    }
    if let Some(key) = &write.key {
        request = request.key(key);
    }
    match &write.body {
        Some(body) => request.json(body),
        None => request,
    }
}

/// Returns whether the response asks for a retry, or has no outcome yet.
fn is_to_retry(reply: &Reply) -> bool {
    match reply.status {
        202 | 503 => true,
        409 => reply.text().contains("idempotency_key_in_flight"),
        _ => false,
    }
}
