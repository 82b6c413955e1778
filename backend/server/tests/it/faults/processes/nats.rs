//! The NATS server dies, forgets, and loses everything.

use std::time::Duration;

use ticketing_bus::{Bus, JetStreamOptions};
use ticketing_testkit::NatsServer;

use super::{Market, lasts};
use crate::support::operate;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_killed_again_and_again() {
    let mut market = Market::open().await;
    for answers_meanwhile in [0, 15, 0] {
        market.stack.nats().kill().await;
        market.crowd.go_on(answers_meanwhile).await;
        market.stack.nats().start().await;
        market.crowd.go_on(40).await;
    }
    market.finish().await;
}

/// The services make the stream anew and go on. What was lost with it is said again by the operator, while none of them runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_store_is_lost() {
    let mut market = Market::open().await;
    market.stack.nats().kill().await;
    market.stack.nats().lose_store();
    market.stack.nats().start().await;
    market.crowd.go_on(20).await;
    for number in market.stack.cluster().processes() {
        assert!(market.stack.cluster().terminate(number).await.success());
    }
    operate(&mut market.stack, &["republish"]).await;
    for number in market.stack.cluster().processes() {
        market.stack.cluster().start_again(number).await;
    }
    market.crowd.go_on(20).await;
    market.finish().await;
}

/// What was published and not marked is published once more, when the server does not know the identifiers any more: it lies
/// in the stream twice, and everybody hears it twice.
#[cfg(feature = "kill-points")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_away_for_longer_than_it_remembers() {
    use ticketing_server::Service;

    const WINDOW: Duration = Duration::from_millis(300);
    let mut server = NatsServer::begin().await;
    let short = JetStreamOptions { duplicate_window: WINDOW, ..JetStreamOptions::new(server.url()) };
    let bus = Bus::jetstream(short).await.unwrap();
    let mut market = Market::opened(|builder| builder.over(&server)).await;
    let speakers = [Service::Tickets, Service::Orders, Service::Payments];
    for service in speakers {
        market.stack.cluster().arm(service, "before-mark");
    }
    let mut fallen = Vec::new();
    for service in speakers {
        fallen.push(market.stack.cluster().fallen(service, "before-mark").await);
    }
    server.kill().await;
    lasts(WINDOW * 2).await;
    server.start().await;
    for number in fallen {
        market.stack.cluster().start_again(number).await;
    }
    market.crowd.go_on(40).await;
    let events = bus.recent(u32::MAX).await.unwrap();
    let different: std::collections::HashSet<&String> = events.iter().map(|event| &event.id).collect();
    assert!(different.len() < events.len(), "nothing was said twice");
    market.finish().await;
}
