//! The measured processes.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::cookies::{KEY, PASS_KEY, SessionCookies};
use crate::load;

/// The whole stack, in a process of its own.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    metrics: SocketAddr,
    pub(crate) cookies: SessionCookies,
    /// Dropped after the process ended, which removes it.
    _data: tempfile::TempDir,
    /// The requests so far, from which follows whether every event has taken effect.
    pub(crate) tickets: u64,
    pub(crate) orders: u64,
    pub(crate) reservations_seen: u64,
}

impl Server {
    pub(crate) fn start(program: &Path) -> Self {
        let data = tempfile::tempdir().unwrap();
        // A free port: nothing else binds ports during the benchmark.
        let metrics = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut child = Command::new(program)
            .args(["all", "--listen", "127.0.0.1:0", "--log", "warn"])
            .arg("--data-dir")
            .arg(data.path().join("data"))
            .args(["--metrics-listen", &metrics.to_string()])
            .env("TICKETING_JWT_KEY", KEY)
            .env("TICKETING_PASS_KEY", PASS_KEY)
            // One account creates every listing.
            .env("TICKETING_WRITES_PER_MINUTE", "0")
            // All sign-ins come from one address, to one account.
            .env("TICKETING_SIGNINS_PER_ADDRESS", "1000000")
            .env("TICKETING_SIGNINS_PER_ACCOUNT", "1000000")
            .env("TICKETING_HASHING_SLOTS", crate::HASHING_SLOTS.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let address = first_address(&mut child);
        let cookies = SessionCookies::new();
        Self { child, address, metrics, cookies, _data: data, tickets: 0, orders: 0, reservations_seen: 0 }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the counters of the server, by name and labels.
    pub(crate) async fn counters(&self) -> HashMap<String, u64> {
        let text = load::get(self.metrics, "/metrics").await;
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

    /// Returns a memory figure of the process from `/proc`, in MiB.
    pub(crate) fn memory_mib(&self, figure: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with(figure)).unwrap_or_default();
        let kib: f64 = line.split_whitespace().nth(1).and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
        kib / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A handler that responds with fixed bytes, in a process of its own.
pub(crate) struct BareHandler {
    child: Child,
    address: SocketAddr,
}

impl BareHandler {
    pub(crate) fn start(body: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("--bare-handler")
            .arg(body)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let address = first_address(&mut child);
        Self { child, address }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for BareHandler {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn first_address(child: &mut Child) -> SocketAddr {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    line.trim().rsplit('/').next().unwrap().parse().expect("the first line has the address")
}
