//! Replicas of a service share one consumer; a slow one does not delay the others.

use std::time::Duration;

use ticketing_bus::{Bus, JetStreamOptions};
use ticketing_engines::{Shape, eventually, eventually_within};
use ticketing_events::EventName;
use ticketing_platform::shutdown::Shutdown;

use super::{CREATED, api, assert_whole, raw};
use crate::support::{CREATED_AND_UPDATED, Fixture, TICKETS, accept_all, notes, on_created, on_updated};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_share_deliveries_and_apply_each_once() {
    let fixture = Fixture::on(Shape::Nats).await;
    let (core, shutdown) = (fixture.service("s"), Shutdown::new());
    // Each has a connection of its own, as two processes would.
    for _ in 0..2 {
        let bus = fixture.live_bus().await;
        core.start(&bus, Some(core.consumers("s").on(on_created).on(on_updated)), &shutdown);
    }
    let bus = fixture.live_bus().await;
    for ticket in 0..60 {
        bus.publish(fixture.history(&format!("t{ticket}"), 5)).await.unwrap();
    }
    eventually_within("all take effect", Duration::from_secs(60), || async {
        notes(&core).await.len() >= 300
    })
    .await;
    eventually_within("nothing waits", Duration::from_secs(60), || async {
        bus.backlog().await.unwrap() == 0
    })
    .await;
    assert_whole(&notes(&core).await, 60, 5);
    assert!(bus.dead_letters().await.unwrap().is_empty());
}

#[tokio::test]
async fn unsettled_deliveries_move_to_another_replica() {
    let fixture = Fixture::on(Shape::Nats).await;
    let bus = fixture.live_bus().await;
    let mut first = bus.subscribe("s", CREATED.to_vec()).await.unwrap();
    let mut second = bus.subscribe("s", CREATED.to_vec()).await.unwrap();
    for ticket in ["a", "b", "c", "d"] {
        bus.publish(fixture.history(ticket, 1)).await.unwrap();
    }
    let mine = first.next(2).await.unwrap();
    let others = second.next(2).await.unwrap();
    let mut seqs: Vec<i64> = mine.iter().chain(&others).map(|delivery| delivery.seq).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, [1, 2, 3, 4], "nothing is delivered to both");
    second.acknowledge(accept_all(others)).await.unwrap();
    // It ends in the middle of its work.
    drop(first);
    let mut rest = Vec::new();
    while rest.len() < mine.len() {
        let deliveries = second.next(9).await.unwrap();
        rest.extend(deliveries.iter().map(|delivery| delivery.seq));
        second.acknowledge(accept_all(deliveries)).await.unwrap();
    }
    rest.sort_unstable();
    assert!(mine.iter().map(|delivery| delivery.seq).eq(rest));
}

#[tokio::test]
async fn slow_consumer_is_bounded_and_delays_no_other() {
    let fixture = Fixture::on(Shape::Nats).await;
    let bus = fixture.live_bus().await;
    let mut slow = bus.subscribe("slow", TICKETS.to_vec()).await.unwrap();
    let mut quick = bus.subscribe("quick", TICKETS.to_vec()).await.unwrap();
    bus.publish(fixture.history("t", 3000)).await.unwrap();
    let stuck = slow.next(64).await.unwrap();
    assert!(stuck.len() <= 64);
    let mut applied = 0;
    while applied < 3000 {
        let deliveries = quick.next(64).await.unwrap();
        applied += deliveries.len();
        quick.acknowledge(accept_all(deliveries)).await.unwrap();
    }
    assert_eq!(bus.backlog().await.unwrap(), 3000, "the slowest one");
    slow.acknowledge(accept_all(stuck)).await.unwrap();
    eventually("the slow one has moved", || async { bus.backlog().await.unwrap() < 3000 }).await;
}

#[tokio::test]
async fn deliveries_in_flight_are_bounded() {
    let fixture = Fixture::on(Shape::Nats).await;
    let bus = Bus::jetstream(JetStreamOptions { in_flight: 2048, ..fixture.options() }).await.unwrap();
    let subscription = bus.subscribe("s", TICKETS.to_vec()).await.unwrap();
    bus.publish(fixture.history("t", 4000)).await.unwrap();
    let client = raw(&fixture).await;
    let _inbox = client.subscribe("here").await.unwrap();
    // A client takes all deliveries and acks none.
    client.publish_with_reply("$JS.API.CONSUMER.MSG.NEXT.TICKETING.s", "here", "4000".into()).await.unwrap();
    eventually("it has what it may have", || async {
        let info = api(&client, "CONSUMER.INFO.TICKETING.s", "").await;
        info["num_ack_pending"] == 2048 && info["num_pending"] == 4000 - 2048
    })
    .await;
    drop(subscription);
}

#[tokio::test]
async fn consumer_gains_subjects_and_never_loses_one() {
    let fixture = Fixture::on(Shape::Nats).await;
    let bus = fixture.live_bus().await;
    drop(bus.subscribe("s", CREATED.to_vec()).await.unwrap());
    let mut newer = bus.subscribe("s", TICKETS.to_vec()).await.unwrap();
    // An older replica starts in the middle of an upgrade.
    let _older = bus.subscribe("s", CREATED.to_vec()).await.unwrap();
    bus.publish(fixture.history("t", 2)).await.unwrap();
    let mut names = Vec::new();
    while names.len() < 2 {
        let deliveries = newer.next(9).await.unwrap();
        names.extend(deliveries.iter().map(|delivery| delivery.envelope.name.clone()));
        newer.acknowledge(accept_all(deliveries)).await.unwrap();
    }
    assert_eq!(names, [EventName::TicketCreated, EventName::TicketUpdated]);
}

/// An older and a newer version that read the configuration before either has written it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn versions_that_start_together_receive_all_events() {
    let fixture = Fixture::on(Shape::Nats).await;
    let (older, newer, client) = (fixture.live_bus().await, fixture.live_bus().await, raw(&fixture).await);
    for durable in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"] {
        let subscribed = tokio::join!(
            newer.subscribe(durable, TICKETS.to_vec()),
            older.subscribe(durable, CREATED.to_vec()),
            older.subscribe(durable, CREATED_AND_UPDATED.to_vec()),
        );
        let info = api(&client, &format!("CONSUMER.INFO.TICKETING.{durable}"), "").await;
        let filters = info["config"]["filter_subjects"].as_array().unwrap();
        assert_eq!(filters.len(), 4, "{durable}: {filters:?}");
        let (Ok(_), Ok(_), Ok(_)) = subscribed else { panic!("{subscribed:?}") };
    }
}

/// An older program, which does not look at what others have written, or an operator.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn narrowed_consumer_is_extended_again() {
    let fixture = Fixture::on(Shape::Nats).await;
    let (core, shutdown, bus) = (fixture.service("s"), Shutdown::new(), fixture.live_bus().await);
    core.start(&bus, Some(core.consumers("s").on(on_created).on(on_updated)), &shutdown);
    bus.ready().await.unwrap();
    let client = raw(&fixture).await;
    let narrower = r#"{"stream_name":"TICKETING","config":{"name":"s","durable_name":"s","ack_policy":"explicit",
        "deliver_policy":"all","max_deliver":-1,"max_ack_pending":16384,"ack_wait":2000000000,
        "filter_subjects":["ticketing-replay.s.*","ticketing.ticket.created.*"]}}"#;
    let narrowed = api(&client, "CONSUMER.CREATE.TICKETING.s", narrower).await;
    assert!(narrowed["error"].is_null(), "{narrowed}");
    bus.publish(fixture.history("t", 3)).await.unwrap();
    bus.publish(fixture.history("u", 1)).await.unwrap();
    eventually("what was passed over takes effect", || async { notes(&core).await.len() == 4 }).await;
    eventually("nothing waits", || async { bus.backlog().await.unwrap() == 0 }).await;
}

#[tokio::test]
async fn long_postponed_event_is_not_redelivered() {
    let fixture = Fixture::on(Shape::Nats).await;
    let bus = fixture.live_bus().await;
    let mut subscription = bus.subscribe("s", CREATED.to_vec()).await.unwrap();
    bus.publish(fixture.history("t", 1)).await.unwrap();
    let delivery = subscription.next(1).await.unwrap().remove(0);
    // Longer than the server waits for an answer: signs of life keep it here.
    let later = ticketing_bus::AckDecision::Postpone { after: Duration::from_secs(3) };
    subscription.acknowledge(vec![(delivery, later)]).await.unwrap();
    assert_eq!(bus.backlog().await.unwrap(), 1);
    let again = subscription.next(1).await.unwrap();
    assert_eq!(again[0].delivery_count, 1);
    subscription.acknowledge(accept_all(again)).await.unwrap();
    assert_eq!(bus.backlog().await.unwrap(), 0);
}
