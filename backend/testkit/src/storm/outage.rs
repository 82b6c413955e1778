//! An outage in the middle of a storm over a marketplace of many processes: afterwards nothing is lost, and nothing is left
//! to do by hand.

use std::fmt;
use std::time::Duration;

use ticketing_bus::{Bus, JetStreamOptions};
use tokio::time::Instant;

use super::SETTLES;
use super::crowd::Crowd;
use crate::{Outage, Patience, TestStack};

/// An outage under a crowd.
#[derive(Clone, Copy, Debug)]
pub struct OutageStorm {
    /// What is away.
    pub outage: Outage,
    /// How long.
    pub lasts: Duration,
    /// How many clients write at once.
    pub clients: u64,
    /// What the choices are made from.
    pub seed: u64,
}

/// What happened.
#[derive(Clone, Debug)]
pub struct OutageSummary {
    outage: Outage,
    lasted: Duration,
    counts: [u64; 3],
    settled_after: Duration,
}

impl OutageStorm {
    /// Runs it. The marketplace runs and is quiet afterwards.
    ///
    /// # Panics
    /// When an answer was not true, a readiness is not, an event was set aside, an invariant is broken, or a fresh purchase is
    /// not possible at once.
    pub async fn run(&self, stack: &mut TestStack) -> OutageSummary {
        let mut crowd = Crowd::gather(stack, self.clients, self.seed);
        crowd.go_on(20 + 5 * self.clients).await;
        let began = Instant::now();
        stack.begin(self.outage);
        let patience = Patience::lasting(Duration::from_secs(60) + self.lasts);
        if matches!(self.outage, Outage::PostgresReadOnly | Outage::PostgresAway) {
            while is_any_ready(stack).await {
                patience.pause("no service says that it is ready").await;
            }
        }
        while began.elapsed() < self.lasts {
            patience.pause("the outage lasts").await;
        }
        let lasted = began.elapsed();
        stack.end(self.outage);
        stack.sells_again().await;
        let healed = Instant::now();
        crowd.go_on(20 + 5 * self.clients).await;
        let counts = crowd.counts();
        crowd.disperse().await;
        let patience = Patience::lasting(SETTLES + self.lasts);
        while !stack.is_settled().await {
            patience.pause("nothing waits").await;
        }
        let settled_after = healed.elapsed();
        let bus =
            Bus::jetstream(JetStreamOptions::new(stack.nats().url())).await.expect("the bus can be asked");
        let letters = bus.dead_letters().await.expect("the dead letters can be read");
        assert!(letters.is_empty(), "events were set aside: {letters:#?}");
        let audit = stack.report().await;
        assert!(audit.is_clean(), "the audit finds:\n{audit}");
        OutageSummary { outage: self.outage, lasted, counts, settled_after }
    }
}

/// Whether a service says that it is ready.
async fn is_any_ready(stack: &mut TestStack) -> bool {
    for number in stack.cluster().processes() {
        let url = format!("http://{}", stack.cluster().addr(number));
        let reply = crate::Raw::new(&url).get("/readyz").send().await;
        let has_database = stack.cluster().service(number) != ticketing_server::Service::Client;
        if has_database && reply.is_ok_and(|reply| reply.status == 200) {
            return true;
        }
    }
    false
}

impl fmt::Display for OutageSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { outage, lasted, counts: [sent, good, repeated], settled_after } = self;
        write!(
            f,
            "{outage} for {:.1} s: {sent} writes, {good} answered 2xx, {repeated} sent again; settled {:.1} s after a fresh \
             purchase; no dead letter, a clean audit",
            lasted.as_secs_f64(),
            settled_after.as_secs_f64()
        )
    }
}
