//! The event log: order, duplicates, durable positions, redeliveries.

use std::time::Duration;

use futures_util::future::join_all;
use ticketing_bus::AckDecision;
use ticketing_engines::{Shape, eventually, on_shapes};
use ticketing_events::{Envelope, EventName};

use crate::support::{Fixture, TICKETS, accept_all, names, session_ended};

on_shapes! {
    [embedded, nats]
    #[tokio::test]
    events_come_in_the_order_in_which_they_were_published,
    repeated_publish_stores_an_event_once,
    every_consumer_gets_every_event_of_its_names,
    only_unsettled_deliveries_are_redelivered,
    retry_is_delivered_when_due_and_delays_no_other,
    postponed_delivery_counts_no_attempt,
    backlog_is_that_of_the_slowest_consumer,
    late_consumer_reads_events_beyond_the_cache;
    [embedded, nats]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    concurrent_publishers_leave_no_gap_for_a_reader;
}

async fn events_come_in_the_order_in_which_they_were_published(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let bus = fixture.bus().await;
    for batch in 0..4 {
        let mut events = fixture.history(&format!("t{batch}"), 40);
        events.insert(20, fixture.encode(&session_ended("s")));
        bus.publish(events).await.unwrap();
    }
    let mut subscription = bus.subscribe("reader", TICKETS.to_vec()).await.unwrap();
    let mut read = Vec::new();
    while read.len() < 160 {
        let deliveries = subscription.next(7).await.unwrap();
        assert!(deliveries.len() <= 7 && deliveries.iter().all(|delivery| delivery.delivery_count == 1));
        read.extend(names(&deliveries));
        subscription.acknowledge(accept_all(deliveries)).await.unwrap();
    }
    let expected: Vec<String> =
        (0..4).flat_map(|batch| (0..40).map(move |version| format!("t{batch}/{version}"))).collect();
    assert_eq!(read, expected);
}

async fn repeated_publish_stores_an_event_once(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let bus = fixture.bus().await;
    let events = fixture.history("t", 3);
    let twice = [events[1].clone(), events[0].clone(), events[1].clone()].to_vec();
    bus.publish(events[..2].to_vec()).await.unwrap();
    bus.publish(twice).await.unwrap();
    bus.publish(events.clone()).await.unwrap();
    assert_eq!(bus.recent(10).await.unwrap(), events);
    assert_eq!(bus.recent(2).await.unwrap(), events[1..]);
    let places = bus.sequences().await.unwrap();
    let in_order: Vec<i64> = events.iter().map(|event| places[&event.id]).collect();
    assert_eq!(in_order, [1, 2, 3]);
}

async fn every_consumer_gets_every_event_of_its_names(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let bus = fixture.bus().await;
    let mut all = bus.subscribe("all", EventName::ALL.to_vec()).await.unwrap();
    bus.publish(fixture.history("t", 2)).await.unwrap();
    bus.publish(vec![fixture.encode(&session_ended("s"))]).await.unwrap();
    let mut sessions = bus.subscribe("sessions", vec![EventName::SessionEnded]).await.unwrap();
    assert_eq!(names(&all.next(9).await.unwrap()), ["t/0", "t/1", "s/0"]);
    assert_eq!(names(&sessions.next(9).await.unwrap()), ["s/0"]);
}

async fn only_unsettled_deliveries_are_redelivered(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let bus = fixture.bus().await;
    bus.publish(fixture.history("t", 5)).await.unwrap();
    let mut subscription = bus.subscribe("reader", TICKETS.to_vec()).await.unwrap();
    let first = subscription.next(2).await.unwrap();
    assert_eq!(names(&first), ["t/0", "t/1"]);
    subscription.acknowledge(accept_all(first)).await.unwrap();
    assert_eq!(names(&subscription.next(2).await.unwrap()), ["t/2", "t/3"]);
    assert_eq!(names(&subscription.next(2).await.unwrap()), ["t/2", "t/3"], "it was not settled");
    drop((subscription, bus));

    let bus = fixture.bus().await;
    let mut subscription = bus.subscribe("reader", TICKETS.to_vec()).await.unwrap();
    if fixture.is_embedded() {
        let rest = subscription.next(9).await.unwrap();
        assert!(rest.iter().all(|delivery| delivery.delivery_count == 1));
        assert_eq!(names(&rest), ["t/2", "t/3", "t/4"], "it goes on where it stopped, after a restart too");
        return;
    }
    // The server counts unacknowledged messages as delivered, and may redeliver them after the others.
    let mut rest = Vec::new();
    while rest.len() < 3 {
        let deliveries = subscription.next(9).await.unwrap();
        assert!(deliveries.iter().all(|delivery| delivery.delivery_count <= 3));
        rest.extend(names(&deliveries));
        subscription.acknowledge(accept_all(deliveries)).await.unwrap();
    }
    rest.sort_unstable();
    assert_eq!(rest, ["t/2", "t/3", "t/4"], "it goes on where it stopped, after a restart too");
}

async fn retry_is_delivered_when_due_and_delays_no_other(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let pause = if fixture.is_embedded() { Duration::from_secs(5) } else { Duration::from_millis(500) };
    let bus = fixture.bus_with_exact_retries().await;
    let mut subscription = bus.subscribe("reader", TICKETS.to_vec()).await.unwrap();
    bus.publish(fixture.history("first", 1)).await.unwrap();
    let first = subscription.next(9).await.unwrap().remove(0);
    let retry = AckDecision::Nak { after: pause, cause: "busy".to_owned() };
    let began = std::time::Instant::now();
    subscription.acknowledge(vec![(first, retry.clone())]).await.unwrap();
    assert_eq!(bus.backlog().await.unwrap(), 1);

    bus.publish(fixture.history("second", 1)).await.unwrap();
    let mut deliveries = subscription.next(9).await.unwrap();
    while !deliveries.iter().any(|delivery| delivery.envelope.aggregate == "second") {
        deliveries.extend(subscription.next(9).await.unwrap());
    }
    // The pause of a NATS server is real, and may be over on a busy machine.
    let is_due = !fixture.is_embedded() && began.elapsed() >= pause;
    let (mut first, second): (Vec<_>, Vec<_>) =
        deliveries.into_iter().partition(|delivery| delivery.envelope.aggregate == "first");
    assert!(first.is_empty() || is_due, "the first is not due yet");
    subscription.acknowledge(accept_all(second)).await.unwrap();

    fixture.retries.advance(pause);
    if first.is_empty() {
        first = subscription.next(9).await.unwrap();
    }
    let again = first.remove(0);
    assert_eq!((again.envelope.aggregate.as_str(), again.delivery_count), ("first", 2));
    subscription.acknowledge(vec![(again, retry)]).await.unwrap();
    drop((subscription, bus));

    // A restart forgets neither the event nor how often it was tried, and the wait continues.
    let bus = fixture.bus_with_exact_retries().await;
    let mut subscription = bus.subscribe("reader", TICKETS.to_vec()).await.unwrap();
    let next = tokio::spawn(async move { (subscription.next(9).await.unwrap(), subscription) });
    tokio::task::yield_now().await;
    assert!(!next.is_finished());
    fixture.retries.advance(pause);
    let (again, mut subscription) = next.await.unwrap();
    assert_eq!((names(&again), again[0].delivery_count), (vec!["first/0".to_owned()], 3));
    subscription.acknowledge(accept_all(again)).await.unwrap();
    assert_eq!(bus.backlog().await.unwrap(), 0);
}

async fn postponed_delivery_counts_no_attempt(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let bus = fixture.bus().await;
    let mut subscription = bus.subscribe("reader", TICKETS.to_vec()).await.unwrap();
    bus.publish(fixture.history("t", 1)).await.unwrap();
    for round in 0..20 {
        let delivery = subscription.next(9).await.unwrap().remove(0);
        assert!(delivery.delivery_count <= 2, "delivery {} in round {round}", delivery.delivery_count);
        let later = AckDecision::Postpone { after: Duration::from_secs(1) };
        subscription.acknowledge(vec![(delivery, later)]).await.unwrap();
        fixture.advance_retries();
    }
}

async fn backlog_is_that_of_the_slowest_consumer(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let bus = fixture.bus().await;
    let mut quick = bus.subscribe("quick", TICKETS.to_vec()).await.unwrap();
    let mut slow = bus.subscribe("slow", TICKETS.to_vec()).await.unwrap();
    assert_eq!(bus.backlog().await.unwrap(), 0);
    bus.publish(fixture.history("t", 3)).await.unwrap();
    let deliveries = quick.next(9).await.unwrap();
    quick.acknowledge(accept_all(deliveries)).await.unwrap();
    assert_eq!(bus.backlog().await.unwrap(), 3);
    let deliveries = slow.next(2).await.unwrap();
    slow.acknowledge(accept_all(deliveries)).await.unwrap();
    assert_eq!(bus.backlog().await.unwrap(), 1);
    let deliveries = slow.next(2).await.unwrap();
    slow.acknowledge(accept_all(deliveries)).await.unwrap();
    assert_eq!(bus.backlog().await.unwrap(), 0);
}

#[tokio::test]
async fn foreign_events_leave_no_backlog() {
    let fixture = Fixture::on(Shape::Embedded).await;
    let bus = fixture.bus().await;
    let mut subscription = bus.subscribe("sessions", vec![EventName::SessionEnded]).await.unwrap();
    bus.publish(fixture.history("t", 30)).await.unwrap();
    assert_eq!(bus.backlog().await.unwrap(), 30);
    let waiting = tokio::spawn(async move { subscription.next(9).await.map(|found| names(&found)) });
    eventually("past the events of others", || async { bus.backlog().await.unwrap() == 0 }).await;
    bus.publish(vec![fixture.encode(&session_ended("s"))]).await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap(), ["s/0"]);
}

async fn concurrent_publishers_leave_no_gap_for_a_reader(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let bus = fixture.bus().await;
    let mut subscription = bus.subscribe("reader", TICKETS.to_vec()).await.unwrap();
    let publishers: Vec<_> = (0..8)
        .map(|publisher| {
            let (bus, events) = (bus.clone(), fixture.history(&format!("t{publisher}"), 60));
            tokio::spawn(async move {
                for pair in events.chunks(2) {
                    bus.publish(pair.to_vec()).await.unwrap();
                }
            })
        })
        .collect();
    let mut places = Vec::new();
    while places.len() < 480 {
        let deliveries = subscription.next(64).await.unwrap();
        places.extend(deliveries.iter().map(|delivery| delivery.seq));
        subscription.acknowledge(accept_all(deliveries)).await.unwrap();
    }
    for publisher in join_all(publishers).await {
        publisher.unwrap();
    }
    assert_eq!(places, (1..=480).collect::<Vec<i64>>());
}

async fn late_consumer_reads_events_beyond_the_cache(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let bus = fixture.bus().await;
    let events: Vec<Envelope> = fixture.history("t", 9000);
    for chunk in events.chunks(1000) {
        bus.publish(chunk.to_vec()).await.unwrap();
    }
    let mut subscription = bus.subscribe("late", TICKETS.to_vec()).await.unwrap();
    let mut next = 0;
    while next < 9000 {
        let deliveries = subscription.next(1000).await.unwrap();
        for delivery in &deliveries {
            assert_eq!(delivery.envelope.version, next);
            next += 1;
        }
        subscription.acknowledge(accept_all(deliveries)).await.unwrap();
    }
}
