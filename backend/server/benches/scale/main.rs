//! `cargo xtask bench scale`: compares services on PostgreSQL and NATS with `pgbench` and a bare publisher, interleaved in
//! one run.
//!
//! Both servers sync to disk before they respond: PostgreSQL with `fsync` and `synchronous_commit` on, NATS with
//! `sync_interval: always`. Absolute figures depend on the machine; the ratios of each round do not.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark that cannot run should stop")]

mod bare_orders;
mod bare_stream;
#[path = "../common/cookies.rs"]
mod cookies;
mod engines;
mod events;
#[path = "../common/http.rs"]
mod http;
mod orders;
mod relay;
mod replica;
#[path = "../common/report.rs"]
mod report;
mod spans;

use bare_stream::BareStream;
use engines::Engines;
use events::Events;
use report::Rounds;

/// Orders of one measurement.
const ORDERS: usize = 4096;
/// Orders of one user: below the limit of unpaid orders.
const ORDERS_PER_USER: usize = 16;
/// Database connections of a replica, by default, and of `pgbench`.
const POOL: usize = 12;
/// The numbers of replicas of orders that are compared.
const REPLICAS: [usize; 3] = [1, 2, 4];
/// Events in an outbox when its relay starts.
const WAITING: usize = 8192;
/// Events of one round whose latency between two services is measured.
const FOLLOWED: usize = 150;

fn main() {
    if let Some(rounds) = report::rounds(5) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(measure(rounds));
    }
}

async fn measure(rounds: u32) {
    let engines = Engines::prepare().await;
    let bare = BareStream::create(&engines.nats.url()).await;
    let mut events = Events::begin().await;
    let mut ordered: [Rounds; REPLICAS.len()] = Default::default();
    let (mut published, mut one_by_one, mut pipelined) =
        (Rounds::default(), Rounds::default(), Rounds::default());
    let (mut relayed, mut batches) = (Rounds::default(), Rounds::default());

    for round in 1..=rounds {
        println!("round {round} of {rounds}");
        // Each number of replicas goes first in turn, so that none has a fresher database or a warmer machine.
        for turn in 0..REPLICAS.len() {
            let which = (turn + round as usize) % REPLICAS.len();
            let (response_rate, publish_rate) = orders::measure(&engines, REPLICAS[which]).await;
            ordered[which].push(response_rate);
            if REPLICAS[which] == 1 {
                published.push(publish_rate);
                one_by_one.push(bare_orders::measure(&engines, bare_orders::ONE_BY_ONE).await);
                pipelined.push(bare_orders::measure(&engines, bare_orders::PIPELINED).await);
            }
        }
        relayed.push(relay::measure(&engines).await);
        batches.push(bare.publish(WAITING).await);
        events.follow(FOLLOWED).await;
    }

    println!();
    for (replicas, rates) in REPLICAS.iter().zip(&ordered) {
        rates.print(&format!("orders over HTTP, 64 connections, replicas: {replicas}"), "orders/s");
    }
    published.print("orders with 1 replica, until every event is in the stream", "orders/s");
    one_by_one.print("pgbench, the same statements, each a round trip", "orders/s");
    pipelined.print("pgbench, the same statements in a pipeline", "orders/s");
    ordered[0].ratio("orders / pgbench", &one_by_one);
    ordered[0].ratio("orders / pgbench in a pipeline", &pipelined);
    for (replicas, rates) in REPLICAS.iter().zip(&ordered).skip(1) {
        rates.ratio(&format!("orders with {replicas} replicas / with 1"), &ordered[0]);
    }
    relayed.print("relay of orders: outbox to JetStream, marked", "events/s");
    batches.print("a bare publisher, the same messages, batches of 512", "events/s");
    relayed.ratio("relay / bare publisher", &batches);
    let [followed, hops] = events.spans();
    followed.print("a ticket is listed until orders has committed it");
    hops.print("two commits and one synced message, bare");
    followed.ratio("event / sum of the bare hops", hops);
}
