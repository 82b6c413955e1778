//! The line between the clients and a server that comes and goes: every write is sent until it is answered.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::Method;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::{Raw, Reply};

/// A request that is not answered in this time by a server that lives hangs.
const HANGS: Duration = Duration::from_secs(25);
/// How long a server may be away.
const AWAY: Duration = Duration::from_secs(90);
/// The pause before a request is repeated that was put off, or not answered.
const PAUSE: Duration = Duration::from_millis(15);

/// One write. Repeating it sends the same.
#[derive(Clone, Debug)]
pub(super) struct Write {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Option<Value>,
    pub(super) key: Option<String>,
    pub(super) cookie: String,
}

/// What became of a write.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) reply: Reply,
    /// Whether it was sent before without an answer, so that it may have had its effect already.
    pub(super) was_unanswered: bool,
}

/// The line. Everything on it is counted.
#[derive(Debug)]
pub(super) struct Line {
    /// The server that answers now.
    server: watch::Sender<Option<Raw>>,
    pub(super) answered: watch::Sender<u64>,
    pub(super) sent: AtomicU64,
    pub(super) repeated: AtomicU64,
    pub(super) good: AtomicU64,
}

impl Line {
    pub(super) fn new() -> Self {
        Self {
            server: watch::Sender::new(None),
            answered: watch::Sender::new(0),
            sent: AtomicU64::new(0),
            repeated: AtomicU64::new(0),
            good: AtomicU64::new(0),
        }
    }

    pub(super) fn connect(&self, url: &str) {
        self.server.send_replace(Some(Raw::new(url)));
    }

    /// The server is gone: whoever wants to write waits for the next one.
    pub(super) fn cut(&self) {
        self.server.send_replace(None);
    }

    /// The server, as soon as there is one.
    async fn server(&self) -> Raw {
        let mut servers = self.server.subscribe();
        let there = timeout(AWAY, servers.wait_for(Option::is_some)).await;
        let there = there.expect("the server comes back").expect("the line outlives its clients");
        there.clone().expect("it was waited for")
    }

    /// Sends a write until it is answered for good.
    pub(super) async fn write(&self, write: &Write) -> Answer {
        let mut was_unanswered = false;
        self.sent.fetch_add(1, Ordering::Relaxed);
        loop {
            let raw = self.server().await;
            match timeout(HANGS, request(&raw, write).send()).await {
                Err(_) => panic!("not answered by a server that lives: {write:?}"),
                Ok(Err(_)) => was_unanswered = true,
                Ok(Ok(reply)) => {
                    self.answered.send_modify(|count| *count += 1);
                    // Whoever says so need not know what became of it: a replica that died was asked.
                    was_unanswered |= reply.status == 503;
                    if !is_put_off(&reply) {
                        assert!(
                            reply.status < 500,
                            "{write:?} was answered {}: {}",
                            reply.status,
                            reply.text()
                        );
                        self.good.fetch_add(u64::from(reply.status < 300), Ordering::Relaxed);
                        return Answer { reply, was_unanswered };
                    }
                }
            }
            self.repeated.fetch_add(1, Ordering::Relaxed);
            sleep(PAUSE).await;
        }
    }

    /// Reads, as often as it takes.
    pub(super) async fn read(&self, path: &str, cookie: &str) -> Reply {
        let cookie = cookie.to_owned();
        let get = Write { method: Method::GET, path: path.to_owned(), body: None, key: None, cookie };
        loop {
            let raw = self.server().await;
            match timeout(HANGS, request(&raw, &get).send()).await {
                Ok(Ok(reply)) if !is_put_off(&reply) => return reply,
                Ok(_) => sleep(PAUSE).await,
                Err(_) => panic!("not answered by a server that lives: GET {path}"),
            }
        }
    }
}

fn request(raw: &Raw, write: &Write) -> crate::RawRequest {
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

/// The server asks to try again, or does not know the outcome yet.
fn is_put_off(reply: &Reply) -> bool {
    match reply.status {
        202 | 503 => true,
        409 => reply.text().contains("idempotency_key_in_flight"),
        _ => false,
    }
}
