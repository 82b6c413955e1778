//! The measured server.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use crate::http::Connection;
use crate::process::{Process, Stack};

/// The whole stack, with its metrics and the number of its requests.
pub(crate) struct Server {
    pub(crate) stack: Stack,
    metrics: SocketAddr,
    /// The requests so far, which determine whether every event has taken effect.
    pub(crate) tickets: u64,
    pub(crate) orders: u64,
    pub(crate) reservations_seen: u64,
}

impl Server {
    pub(crate) fn start(program: &Path) -> Self {
        // A free port: nothing else binds ports during the benchmark.
        let metrics = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let settings = [
            ("TICKETING_METRICS_LISTEN", &*metrics.to_string()),
            // All sign-ins come from one address, to one account.
            ("TICKETING_SIGNINS_PER_ADDRESS", "1000000"),
            ("TICKETING_SIGNINS_PER_ACCOUNT", "1000000"),
            ("TICKETING_HASHING_SLOTS", &crate::HASHING_SLOTS.to_string()),
        ];
        let stack = Stack::start(program, &settings);
        Self { stack, metrics, tickets: 0, orders: 0, reservations_seen: 0 }
    }

    /// Returns the counters of the server, by name and labels.
    pub(crate) async fn counters(&self) -> HashMap<String, u64> {
        let text = get(self.metrics, "/metrics").await;
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .filter_map(|line| {
                let (name, value) = line.rsplit_once(' ')?;
                Some((name.to_owned(), value.parse().ok()?))
            })
            .collect()
    }

    /// Returns the number of commits to disk, of all services and the bus.
    pub(crate) async fn commits(&self) -> u64 {
        let counters = self.counters().await;
        counters.iter().filter(|(name, _)| name.starts_with("db_commits_total")).map(|(_, count)| count).sum()
    }

    /// Waits until every consumer has accepted every event.
    pub(crate) async fn settle(&self) {
        loop {
            let counters = self.counters().await;
            let consumed = |consumer: &str, event: &str| -> u64 {
                let wanted = counters.iter().filter(|(name, _)| {
                    name.starts_with("events_consumed_total")
                        && name.contains(consumer)
                        && name.contains(event)
                        && name.contains("accepted")
                });
                wanted.map(|(_, count)| *count).sum()
            };
            let settled = consumed("orders-service", "ticket:created") == self.tickets
                && consumed("orders-service", "ticket:updated") == self.reservations_seen
                && ["tickets-service", "payments-service", "expiration-service"]
                    .iter()
                    .all(|service| consumed(service, "order:created") == self.orders);
            if settled {
                return;
            }
            tokio::task::yield_now().await;
        }
    }
}

/// Starts a handler that responds with fixed bytes, in a process of its own.
pub(crate) fn start_bare_handler(body: &Path) -> Process {
    Process::start(Command::new(std::env::current_exe().unwrap()).arg("--bare-handler").arg(body))
}

/// Sends a `GET` request, and returns the body of the response.
pub(crate) async fn get(address: SocketAddr, path: &str) -> String {
    let mut connection = Connection::open(address).await;
    let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n");
    let (status, body) = connection.send(request.as_bytes()).await;
    assert_eq!(status, 200, "{path}");
    String::from_utf8(body.to_vec()).unwrap()
}
