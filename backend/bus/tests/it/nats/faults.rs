//! The NATS server is killed, restarted, and loses its store: no event is lost or applied twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ticketing_bus::{Bus, BusError, JetStreamError, JetStreamOptions, ServiceCore, rebuild};
use ticketing_engines::{Shape, eventually_within};
use ticketing_platform::db::DbError;
use ticketing_platform::shutdown::Shutdown;

use super::{api, append_history, assert_in_order, assert_whole, outbox_ids, raw};
use crate::support::{Fixture, UNMARKED, count, notes, on_created, on_updated, ticket_updated};

/// Starts a publishing and a consuming service on one connection.
async fn pair(fixture: &Fixture, shutdown: &Shutdown) -> (Bus, ServiceCore, ServiceCore) {
    let (bus, source, copy) = (fixture.live_bus().await, fixture.service("source"), fixture.service("copy"));
    source.start(&bus, None, shutdown);
    copy.start(&bus, Some(copy.consumers("copy").on(on_created).on(on_updated)), shutdown);
    (bus, source, copy)
}

async fn wait_until_applied(bus: &Bus, source: &ServiceCore, copy: &ServiceCore, events: usize) {
    eventually_within("all events are published", Duration::from_secs(60), || async {
        count(source, UNMARKED).await == 0
    })
    .await;
    eventually_within("all events are applied", Duration::from_secs(60), || async {
        notes(copy).await.len() >= events
    })
    .await;
    eventually_within("nothing waits", Duration::from_secs(60), || async {
        bus.backlog().await.is_ok_and(|waiting| waiting == 0)
    })
    .await;
    assert!(bus.dead_letters().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeated_server_kills_lose_and_repeat_nothing() {
    let mut fixture = Fixture::on(Shape::Nats).await;
    let shutdown = Shutdown::new();
    let (bus, source, copy) = pair(&fixture, &shutdown).await;
    let enough = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (source, enough) = (source.clone(), enough.clone());
        async move {
            let mut tickets = 0;
            while !enough.load(Ordering::SeqCst) {
                append_history(&source, &format!("t{tickets}"), 4).await;
                tickets += 1;
            }
            tickets
        }
    });
    for round in 1..=6 {
        // Killed at a random point: between a batch and its response, or between an effect and its ack.
        fixture.nats.as_mut().unwrap().restart().await;
        let before = notes(&copy).await.len();
        eventually_within("the consumer continues", Duration::from_secs(60), || async {
            notes(&copy).await.len() >= before + 20 * round
        })
        .await;
    }
    enough.store(true, Ordering::SeqCst);
    let tickets = writer.await.unwrap();
    wait_until_applied(&bus, &source, &copy, tickets * 4).await;
    assert_whole(&notes(&copy).await, tickets, 4);
    let places = bus.sequences().await.unwrap();
    assert!(outbox_ids(&source).await.iter().all(|id| places.contains_key(id)));
    assert_in_order(&bus.recent(u32::MAX).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_during_an_outage_are_delivered_after_it() {
    let mut fixture = Fixture::on(Shape::Nats).await;
    let shutdown = Shutdown::new();
    let (bus, source, copy) = pair(&fixture, &shutdown).await;
    append_history(&source, "before", 2).await;
    wait_until_applied(&bus, &source, &copy, 2).await;
    fixture.nats.as_mut().unwrap().kill().await;
    append_history(&source, "meanwhile", 3).await;
    eventually_within("the bus reports the outage", Duration::from_secs(60), || async {
        bus.backlog().await.is_err()
    })
    .await;
    assert_eq!(count(&source, UNMARKED).await, 3, "the outbox keeps them");
    fixture.nats.as_mut().unwrap().start().await;
    let back = tokio::time::Instant::now();
    wait_until_applied(&bus, &source, &copy, 5).await;
    assert!(back.elapsed() < Duration::from_secs(10), "healed after {:?}", back.elapsed());
    assert_eq!(notes(&copy).await.len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publish_without_response_is_unknown_and_repeatable() {
    let fixture = Fixture::on(Shape::Nats).await;
    let shutdown = Shutdown::new();
    let options = JetStreamOptions { request_timeout: Duration::from_millis(300), ..fixture.options() };
    let bus = Bus::jetstream(options).await.unwrap();
    let (source, copy) = (fixture.service("source"), fixture.service("copy"));
    source.start(&bus, None, &shutdown);
    copy.start(&bus, Some(copy.consumers("copy").on(on_created).on(on_updated)), &shutdown);
    let server = fixture.nats.as_ref().unwrap();
    for round in 0..3 {
        server.pause().await;
        for ticket in 0..10 {
            append_history(&source, &format!("t{round}-{ticket}"), 3).await;
        }
        let unknown = bus.publish(fixture.history("x", 1)).await;
        assert!(matches!(unknown, Err(BusError::JetStream(JetStreamError::Timeout(_)))), "{unknown:?}");
        // The resumed server processes the pending publishes, including the repeated ones.
        server.resume().await;
        eventually_within("all events are applied", Duration::from_secs(60), || async {
            notes(&copy).await.len() >= (round + 1) * 30
        })
        .await;
    }
    eventually_within("all is marked", Duration::from_secs(60), || async {
        count(&source, UNMARKED).await == 0
    })
    .await;
    eventually_within("nothing waits", Duration::from_secs(60), || async {
        bus.backlog().await.is_ok_and(|waiting| waiting == 0)
    })
    .await;
    let applied = notes(&copy).await;
    assert_whole(&applied.into_iter().filter(|note| note.starts_with('t')).collect::<Vec<_>>(), 30, 3);
    let events: Vec<_> = bus.recent(u32::MAX).await.unwrap();
    let published: Vec<_> = events.into_iter().filter(|event| event.aggregate != "x").collect();
    assert_eq!(published.len(), 90, "each lies there once");
    assert_in_order(&published);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_stream_is_rebuilt_from_the_outboxes() {
    let mut fixture = Fixture::on(Shape::Nats).await;
    let shutdown = Shutdown::new();
    let (bus, source, copy) = pair(&fixture, &shutdown).await;
    for ticket in 0..20 {
        append_history(&source, &format!("t{ticket}"), 5).await;
    }
    wait_until_applied(&bus, &source, &copy, 100).await;

    let server = fixture.nats.as_mut().unwrap();
    server.kill().await;
    server.lose_store();
    // A new ticket, and a new version of an old one.
    append_history(&source, "meanwhile", 5).await;
    let outbox = source.outbox.clone();
    let appended = source.db.write(move |tx| outbox.append(tx, &ticket_updated("t7", 5)).map(drop));
    appended.await.map_err(|error: DbError| error).unwrap();
    server.start().await;
    wait_until_applied(&bus, &source, &copy, 106).await;
    assert_eq!(bus.sequences().await.unwrap().len(), 6, "the stream is new");

    let lost = bus.sequences().await.unwrap().into_values().max().unwrap();
    assert!(lost > 1_000_000, "no place is given twice, or a late answer would settle another event: {lost}");
    assert_eq!(rebuild(&bus, [&source]).await.unwrap(), 106);
    wait_until_applied(&bus, &source, &copy, 106).await;
    let places = bus.sequences().await.unwrap();
    assert!(outbox_ids(&source).await.iter().all(|id| places.contains_key(id)), "with the same identifiers");
    assert!(places.values().all(|place| *place > lost));
    assert_in_order(&bus.recent(u32::MAX).await.unwrap());

    // A consumer that has applied the events keeps its position; a new one receives them all.
    assert_eq!(notes(&copy).await.len(), 106);
    let late = fixture.service("late");
    late.start(&bus, Some(late.consumers("late").on(on_created).on(on_updated)), &shutdown);
    eventually_within("a new copy is whole", Duration::from_secs(60), || async {
        notes(&late).await.len() >= 106
    })
    .await;
    assert_eq!(notes(&late).await.iter().filter(|note| note.starts_with("t7/")).count(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleted_stream_is_recreated() {
    let fixture = Fixture::on(Shape::Nats).await;
    let shutdown = Shutdown::new();
    let (bus, source, copy) = pair(&fixture, &shutdown).await;
    append_history(&source, "before", 2).await;
    wait_until_applied(&bus, &source, &copy, 2).await;
    let client = raw(&fixture).await;
    for stream in ["TICKETING", "TICKETING_DEAD", "TICKETING_ADVISORIES"] {
        assert_eq!(api(&client, &format!("STREAM.DELETE.{stream}"), "").await["success"], true);
    }
    append_history(&source, "after", 2).await;
    wait_until_applied(&bus, &source, &copy, 4).await;
    assert_whole(&notes(&copy).await, 2, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeats_after_the_duplicate_window_change_nothing() {
    let mut fixture = Fixture::on(Shape::Nats).await;
    let window = Duration::from_millis(300);
    let bus = super::forgetful(&fixture, window).await;
    let (source, copy, shutdown) = (fixture.service("source"), fixture.service("copy"), Shutdown::new());
    // Published and not marked: a relay died in between.
    for ticket in 0..10 {
        append_history(&source, &format!("t{ticket}"), 3).await;
    }
    source.start(&bus, None, &shutdown);
    copy.start(&bus, Some(copy.consumers("copy").on(on_created).on(on_updated)), &shutdown);
    wait_until_applied(&bus, &source, &copy, 30).await;
    let outbox = source.outbox.clone();
    let unmarked = source.db.write(move |tx| outbox.republish(tx));
    fixture.nats.as_mut().unwrap().kill().await;
    unmarked.await.map_err(|error: DbError| error).unwrap();
    let away = tokio::time::Instant::now();
    eventually_within("it was away for longer than it remembers", Duration::from_secs(60), || async {
        away.elapsed() > window * 2
    })
    .await;
    fixture.nats.as_mut().unwrap().start().await;
    wait_until_applied(&bus, &source, &copy, 30).await;
    assert_whole(&notes(&copy).await, 10, 3);
    assert_eq!(bus.sequences().await.unwrap().len(), 30);
}
