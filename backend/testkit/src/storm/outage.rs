//! An outage during a storm against a marketplace of many processes: nothing is lost, and no manual repair is needed.

use std::fmt;
use std::time::Duration;

use ticketing_bus::{Bus, JetStreamOptions};
use tokio::time::Instant;

use super::SETTLE_TIMEOUT;
use super::client_pool::ClientPool;
use crate::{Deadline, Outage, TestStack};

/// An outage during concurrent writes.
#[derive(Clone, Copy, Debug)]
pub struct OutageStorm {
    /// The outage.
    pub outage: Outage,
    /// Its duration.
    pub lasts: Duration,
    /// The number of concurrent clients.
    pub clients: u64,
    /// The seed of the random choices.
    pub seed: u64,
}

/// The result of an outage.
#[derive(Clone, Debug)]
pub struct OutageSummary {
    outage: Outage,
    lasted: Duration,
    /// The numbers of writes: sent, answered 2xx, sent again.
    counts: [u64; 3],
    settled_after: Duration,
}

impl OutageStorm {
    /// Runs the outage. Afterwards the marketplace runs and is settled.
    ///
    /// # Panics
    /// Panics if an acknowledged write is missing, readiness is wrong, an event is dead-lettered, an invariant is violated, or a fresh
    /// purchase fails.
    pub async fn run(&self, stack: &mut TestStack) -> OutageSummary {
        let mut clients = ClientPool::start(stack, self.clients, self.seed);
        clients.wait_for_responses(20 + 5 * self.clients).await;
        let began = Instant::now();
        stack.begin(self.outage);
        let deadline = Deadline::from_now(Duration::from_secs(60) + self.lasts);
        if matches!(self.outage, Outage::PostgresReadOnly | Outage::PostgresAway) {
            while is_any_ready(stack).await {
                deadline.pause("no service is ready").await;
            }
        }
        while began.elapsed() < self.lasts {
            deadline.pause("the outage lasts").await;
        }
        let lasted = began.elapsed();
        stack.end(self.outage);
        stack.complete_fresh_purchase().await;
        let healed = Instant::now();
        clients.wait_for_responses(20 + 5 * self.clients).await;
        let counts = clients.stop_and_verify().await;
        stack.settle_within(SETTLE_TIMEOUT + self.lasts).await;
        let settled_after = healed.elapsed();
        let bus =
            Bus::jetstream(JetStreamOptions::new(stack.nats().url())).await.expect("the bus can be read");
        let letters = bus.dead_letters().await.expect("the dead letters can be read");
        assert!(letters.is_empty(), "events were dead-lettered: {letters:#?}");
        stack.audit().await;
        OutageSummary { outage: self.outage, lasted, counts, settled_after }
    }
}

/// Returns whether any service with a database is ready.
async fn is_any_ready(stack: &mut TestStack) -> bool {
    for number in stack.cluster().processes() {
        let url = format!("http://{}", stack.cluster().addr(number));
        let reply = crate::RawClient::new(&url).get("/readyz").send().await;
        let has_database = stack.cluster().service(number) != ticketing_server::Service::Client;
        if has_database && reply.is_ok_and(|reply| reply.status == 200) {
            return true;
        }
    }
    false
}

impl fmt::Display for OutageSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { outage, lasted, counts: [sent, succeeded, retried], settled_after } = self;
        write!(
            f,
            "{outage} for {:.1} s: {sent} writes, {succeeded} answered 2xx, {retried} sent again; settled {:.1} s after a fresh \
             purchase; no dead letter, a clean audit",
            lasted.as_secs_f64(),
            settled_after.as_secs_f64()
        )
    }
}
