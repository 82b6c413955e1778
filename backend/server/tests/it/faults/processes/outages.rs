//! Outages of PostgreSQL and NATS: the services recover without an operator.
//!
//! The long form of each is `cargo xtask storm --outage <name> --seconds <n> --replicas <n>`.

use std::time::Duration;

use ticketing_testkit::storm::OutageStorm;
use ticketing_testkit::{Outage, Shape, TestStack};

use super::ORDER_TTL;

/// Longer than the retries of an event before it is dead-lettered.
const LASTS: Duration = Duration::from_secs(15);
const CLIENTS: u64 = 4;

async fn storm(outage: Outage, lasts: Duration, replicas: usize, seed: u64) {
    let builder =
        TestStack::builder().on(Shape::Processes).order_ttl(ORDER_TTL).with_links().replicas(replicas);
    let mut stack = Box::pin(builder.start()).await;
    let storm = OutageStorm { outage, lasts, clients: CLIENTS, seed };
    let summary = storm.run(&mut stack).await;
    print_line(&summary.to_string());
    Box::pin(stack.finish()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn read_only_postgres_loses_no_event_and_replaces_sessions() {
    storm(Outage::PostgresReadOnly, LASTS, 2, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn full_tablespace_loses_no_event() {
    storm(Outage::PostgresFull, LASTS, 2, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_outage_with_events_in_flight_loses_no_event() {
    storm(Outage::PostgresAway, LASTS, 2, 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nats_outage_loses_no_event() {
    storm(Outage::NatsAway, LASTS, 2, 4).await;
}

/// The long form: `cargo xtask storm --outage` sets the outage, its length, the replicas and the seed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the long form, which `cargo xtask storm --outage` runs with its options"]
async fn outage_storm_loses_no_event() {
    let option = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let outage = option("STORM_OUTAGE", "postgres-read-only").parse().unwrap();
    let lasts = Duration::from_secs(option("STORM_SECONDS", "45").parse().unwrap());
    let replicas = option("STORM_REPLICAS", "2").parse().unwrap();
    storm(outage, lasts, replicas, option("STORM_SEED", "1").parse().unwrap()).await;
}

#[expect(clippy::print_stdout, reason = "the harness shows the output of a failed test, or on demand")]
fn print_line(line: &str) {
    println!("{line}");
}
