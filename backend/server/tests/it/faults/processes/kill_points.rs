//! Every service crashes at every kill point, and its other replica continues.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use ticketing_bus::{Bus, JetStreamOptions};
use ticketing_server::Service::{self, Auth, Expiration, Orders, Payments, Tickets};
use ticketing_testkit::{NatsServer, PASSWORD, RawClient, eventually};

use super::{Market, elapse};

/// The kill points, and the services that reach each of them.
const POINTS: [(&str, &[Service]); 6] = [
    // State and event are written, and not committed.
    ("before-commit", &[Auth, Tickets, Orders, Payments, Expiration]),
    // State and event are committed, and the event is not published.
    ("before-publish", &[Auth, Tickets, Orders, Payments, Expiration]),
    // The event is published, and its row in the outbox is not marked.
    ("before-mark", &[Auth, Tickets, Orders, Payments, Expiration]),
    // The effects of an event are written, and not committed.
    ("before-effect", &[Tickets, Orders, Payments, Expiration]),
    // The effects are committed, and the delivery is not acknowledged.
    ("before-ack", &[Tickets, Orders, Payments, Expiration]),
    // The card provider has responded, and the outcome is not stored.
    ("before-settle", &[Payments]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn services_recover_from_a_crash_at_each_kill_point() {
    let mut market = Market::start().await;
    let sign_outs = SignOutLoad::begin(market.stack.raw().clone());
    for (point, services) in POINTS {
        for service in services {
            market.stack.cluster().arm_kill_point(*service, point);
            let number = market.stack.cluster().wait_until_killed_at(*service, point).await;
            market.clients.wait_for_responses(5).await;
            market.stack.cluster().restart_process(number).await;
        }
    }
    let ended = sign_outs.end().await;
    assert!(ended.len() > 3, "{} have signed out", ended.len());
    for cookie in ended {
        for path in ["/api/orders", "/api/payments", "/api/tickets?seller=me"] {
            let raw = market.stack.raw();
            eventually!(raw.get(path).cookie(&cookie).await.status == 401);
        }
    }
    market.finish().await;
}

/// Relays crash between publishing and marking, and the NATS server is down for longer than its duplicate window. The
/// relays publish the events again, the stream stores them twice, and every consumer receives them twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn republished_events_beyond_the_duplicate_window_are_tolerated() {
    const WINDOW: Duration = Duration::from_millis(300);
    let mut server = NatsServer::begin().await;
    let short = JetStreamOptions { duplicate_window: WINDOW, ..JetStreamOptions::new(server.url()) };
    let bus = Bus::jetstream(short).await.unwrap();
    let mut market = Market::start_with(|builder| builder.nats_server(&server)).await;
    let publishers = [Tickets, Orders, Payments];
    for service in publishers {
        market.stack.cluster().arm_kill_point(service, "before-mark");
    }
    let mut killed = Vec::new();
    for service in publishers {
        killed.push(market.stack.cluster().wait_until_killed_at(service, "before-mark").await);
    }
    server.kill().await;
    elapse(WINDOW * 2).await;
    server.start().await;
    for number in killed {
        market.stack.cluster().restart_process(number).await;
    }
    market.clients.wait_for_responses(40).await;
    let events = bus.recent(u32::MAX).await.unwrap();
    let different: HashSet<&String> = events.iter().map(|event| &event.id).collect();
    assert!(different.len() < events.len(), "no event was published twice");
    market.finish().await;
}

/// A load of sign-ups and sign-outs, which make auth publish events.
struct SignOutLoad {
    task: tokio::task::JoinHandle<()>,
    ended: Arc<Mutex<Vec<String>>>,
}

impl SignOutLoad {
    fn begin(raw: RawClient) -> Self {
        let ended = Arc::new(Mutex::new(Vec::new()));
        let recorded = ended.clone();
        let task = tokio::spawn(async move {
            // A higher rate of password hashing would starve the buyers.
            let mut pace = tokio::time::interval(Duration::from_millis(50));
            for number in 0.. {
                pace.tick().await;
                let person = json!({ "email": format!("leaver-{number}@example.com"), "password": PASSWORD });
                let Ok(signed_up) = raw.post("/api/users/signup").json(&person).send().await else {
                    continue;
                };
                if signed_up.status != 201 {
                    continue;
                }
                let cookie = signed_up.cookie().to_owned();
                let signed_out = raw.post("/api/users/signout").cookie(&cookie).send().await;
                if signed_out.is_ok_and(|reply| reply.status == 200) {
                    recorded.lock().unwrap().push(cookie);
                }
            }
        });
        Self { task, ended }
    }

    /// Stops the load, and returns the ended sessions.
    async fn end(self) -> Vec<String> {
        self.task.abort();
        drop(self.task.await);
        let mut ended = self.ended.lock().unwrap();
        std::mem::take(&mut ended)
    }
}
