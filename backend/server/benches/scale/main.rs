//! `cargo xtask bench scale`: services on PostgreSQL and NATS against the engines' own programs, interleaved in one run.
//!
//! Both servers wait for the disk before they answer: PostgreSQL with `fsync` and `synchronous_commit` on, NATS with
//! `sync_interval: always`. Absolute numbers depend on the machine; the ratios, taken round by round, do not.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark that cannot run should stop")]

mod bare_orders;
mod bare_stream;
mod events;
mod ground;
#[path = "../common/http.rs"]
mod http;
mod orders;
mod relay;
mod replica;
#[path = "../common/report.rs"]
mod report;
mod spans;
#[path = "../common/visitors.rs"]
mod visitors;

use bare_stream::BareStream;
use events::Events;
use ground::Ground;
use report::Rounds;

/// Orders of one measurement.
const ORDERS: usize = 4096;
/// Orders of one user: fewer than the limit on unpaid ones.
const ORDERS_A_USER: usize = 16;
/// Connections to the database that a replica keeps, the default, and that `pgbench` has.
const POOL: usize = 12;
/// How many replicas of orders are compared.
const REPLICAS: [usize; 3] = [1, 2, 4];
/// Events that wait in an outbox when its relay begins.
const WAITING: usize = 8192;
/// Events of one round that are followed from one service to another, one at a time.
const FOLLOWED: usize = 150;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let rounds = args.iter().position(|arg| arg == "--rounds").and_then(|at| args.get(at + 1)?.parse().ok());
    // Given to every bench target by `cargo test --benches`: then there is nothing to measure.
    if args.iter().any(|arg| arg == "--test") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(measure(rounds.unwrap_or(5)));
}

async fn measure(rounds: u32) {
    let ground = Ground::prepare().await;
    let bare = BareStream::create(&ground.nats.url()).await;
    let mut events = Events::begin().await;
    let mut ordered: [Rounds; REPLICAS.len()] = Default::default();
    let (mut published, mut one_by_one, mut pipelined) =
        (Rounds::default(), Rounds::default(), Rounds::default());
    let (mut relayed, mut batches) = (Rounds::default(), Rounds::default());

    for round in 1..=rounds {
        println!("round {round} of {rounds}");
        // Each of them first in its turn, so that none has a fresher database or a warmer machine than the others.
        for turn in 0..REPLICAS.len() {
            let which = (turn + round as usize) % REPLICAS.len();
            let (answered, told) = orders::measure(&ground, REPLICAS[which]).await;
            ordered[which].push(answered);
            if REPLICAS[which] == 1 {
                published.push(told);
                one_by_one.push(bare_orders::measure(&ground, bare_orders::ONE_BY_ONE).await);
                pipelined.push(bare_orders::measure(&ground, bare_orders::PIPELINED).await);
            }
        }
        relayed.push(relay::measure(&ground).await);
        batches.push(bare.publish(WAITING).await);
        events.follow(FOLLOWED).await;
    }

    println!();
    for (replicas, rates) in REPLICAS.iter().zip(&ordered) {
        rates.print(&format!("orders through HTTP, 64 connections, replicas: {replicas}"), "orders/s");
    }
    published.print("with one, until every event is in the stream", "orders/s");
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
