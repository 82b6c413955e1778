//! Deliveries that are repeated, reordered, late or unreadable.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use ticketing_bus::{Bus, JetStreamOptions};
use ticketing_events::EventName;
use ticketing_server::Service;
use ticketing_testkit::{Link, NatsServer, eventually};

use super::{Market, elapse};
use crate::support::operate;

/// Longer than the ack timeout of the NATS server.
const SILENCE: Duration = Duration::from_secs(6);

/// Every event is delivered to every consumer again, twice, in a random order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redelivered_and_reordered_events_are_tolerated() {
    const WINDOW: Duration = Duration::from_millis(200);
    let server = NatsServer::begin().await;
    // The server forgets message ids soon.
    let short = JetStreamOptions { duplicate_window: WINDOW, ..JetStreamOptions::new(server.url()) };
    let bus = Bus::jetstream(short).await.unwrap();
    let mut market = Market::start_with(|builder| builder.nats_server(&server)).await;
    for _ in 0..2 {
        market.clients.wait_for_responses(30).await;
        let mut events = bus.recent(u32::MAX).await.unwrap();
        elapse(WINDOW * 2).await;
        let random = RandomState::new();
        events.sort_by_cached_key(|event| random.hash_one(&event.id));
        let count = bus.sequences().await.unwrap().len();
        bus.publish(events).await.unwrap();
        assert!(bus.recent(u32::MAX).await.unwrap().len() > count, "no event was stored again");
    }
    market.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unreadable_event_is_dead_lettered_and_others_continue() {
    let mut market = Market::start().await;
    let bus = Bus::jetstream(JetStreamOptions::new(market.stack.nats().url())).await.unwrap();
    let mut poison = bus.recent(1).await.unwrap().remove(0);
    for name in [EventName::TicketCreated, EventName::OrderCreated, EventName::SessionEnded] {
        (poison.id, poison.aggregate) = (format!("poison-{name}"), "poison".to_owned());
        (poison.name, poison.version, poison.body) = (name.into(), 0, "no JSON".to_owned());
        bus.publish(vec![poison.clone()]).await.unwrap();
    }
    // orders; tickets, payments and expiration; tickets, orders and payments.
    const DEAD_LETTERS: usize = 7;
    eventually!(bus.dead_letters().await.unwrap().len() == DEAD_LETTERS, seconds 30);
    market.clients.wait_for_responses(40).await;
    let shown = operate(&mut market.stack, &["dead-letters", "list"]).await;
    assert_eq!(shown.lines().filter(|line| line.contains("\tpoison\t")).count(), DEAD_LETTERS, "{shown}");
    // The cause remains: each event is dead-lettered again.
    let replayed = operate(&mut market.stack, &["dead-letters", "replay"]).await;
    assert!(replayed.trim_end().ends_with(&format!(": {DEAD_LETTERS}")), "{replayed}");
    eventually!(bus.dead_letters().await.unwrap().len() == DEAD_LETTERS, seconds 30);
    let discarded = operate(&mut market.stack, &["dead-letters", "discard", "--all"]).await;
    assert!(discarded.trim_end().ends_with(&format!(": {DEAD_LETTERS}")), "{discarded}");
    market.finish().await;
}

/// Processes are suspended until the server redelivers their messages to others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_consumer_catches_up() {
    let mut market = Market::start().await;
    let expiration = market.stack.cluster().processes_of(Service::Expiration);
    let one_of_each = [Service::Tickets, Service::Orders, Service::Payments]
        .map(|service| market.stack.cluster().processes_of(service)[0]);
    // First every replica of a service without requests; then one replica of each service with requests, whose clients
    // wait.
    for (silent, answers_meanwhile) in [(&expiration[..], 20), (&one_of_each[..], 0)] {
        for number in silent {
            market.stack.cluster().signal(*number, "-STOP").await;
        }
        market.clients.wait_for_responses(answers_meanwhile).await;
        elapse(SILENCE).await;
        for number in silent {
            market.stack.cluster().signal(*number, "-CONT").await;
        }
        market.clients.wait_for_responses(30).await;
    }
    market.finish().await;
}

/// The links of one service to NATS are slow and narrow.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_consumer_catches_up() {
    let mut market = Market::start_with(|builder| builder.with_links()).await;
    let slow = market.stack.cluster().processes_of(Service::Tickets);
    for number in &slow {
        let link = market.stack.cluster().link(*number, Link::Nats);
        link.throttle(2_000);
        link.delay(Duration::from_millis(20));
    }
    market.clients.wait_for_responses(60).await;
    elapse(SILENCE).await;
    for number in &slow {
        market.stack.cluster().link(*number, Link::Nats).heal();
    }
    market.clients.wait_for_responses(20).await;
    market.finish().await;
}
