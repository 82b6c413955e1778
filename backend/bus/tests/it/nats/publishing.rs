//! Publishing: batches, refused batches, and duplicates outside of the window of the server.

use std::time::Duration;

use ticketing_engines::{Shape, eventually};
use ticketing_events::Envelope;
use ticketing_platform::shutdown::Shutdown;

use super::{api, assert_in_order, assert_whole, forgetful, raw};
use crate::support::{Fixture, notes, on_created, on_updated};

#[tokio::test]
async fn batch_of_events_and_single_event_are_one_write() {
    let fixture = Fixture::on(Shape::Nats).await;
    let bus = fixture.bus().await;
    bus.publish(fixture.history("t", 200)).await.unwrap();
    assert_eq!(bus.commits(), 1, "an atomic batch");
    bus.publish(fixture.history("u", 1)).await.unwrap();
    assert_eq!(bus.commits(), 2);
    // A batch costs the server more than a few events do.
    bus.publish(fixture.history("v", 3)).await.unwrap();
    assert_eq!(bus.commits(), 5);
    assert_in_order(&bus.recent(1000).await.unwrap());
}

#[tokio::test]
async fn batch_with_a_duplicate_is_published_event_by_event() {
    let fixture = Fixture::on(Shape::Nats).await;
    let bus = fixture.bus().await;
    let (first, second) = (fixture.history("a", 40), fixture.history("b", 40));
    let mixed: Vec<Envelope> = first.iter().zip(&second).flat_map(|(a, b)| [a.clone(), b.clone()]).collect();
    bus.publish(vec![mixed[1].clone()]).await.unwrap();
    bus.publish(mixed.clone()).await.unwrap();
    assert_eq!(bus.commits(), 80, "one alone, then the others");
    assert_eq!(bus.sequences().await.unwrap().len(), 80);
    assert_in_order(&bus.recent(1000).await.unwrap());
    // A second publish of the same events stores none.
    bus.publish(mixed).await.unwrap();
    assert_eq!(bus.commits(), 80);
}

#[tokio::test]
async fn batch_keeps_its_order_when_the_previous_batch_is_rejected() {
    let fixture = Fixture::on(Shape::Nats).await;
    let bus = fixture.bus().await;
    let known = fixture.history("b", 1).remove(0);
    let mut events = fixture.history("a", 1200);
    events.insert(700, known.clone());
    bus.publish(vec![known]).await.unwrap();
    bus.publish(events).await.unwrap();
    assert_eq!(bus.commits(), 1 + 1 + 511 + 1, "a batch, the events of one that was refused, and the rest");
    let published = bus.recent(2000).await.unwrap();
    assert!(published.iter().filter(|event| event.aggregate == "a").map(|event| event.version).eq(0..1200));
}

#[tokio::test]
async fn envelope_fields_travel_in_headers() {
    let fixture = Fixture::on(Shape::Nats).await;
    let bus = fixture.bus().await;
    let mut event = fixture.history("t", 1).remove(0);
    event.trace = Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned());
    bus.publish(vec![event.clone()]).await.unwrap();
    assert_eq!(bus.recent(1).await.unwrap(), std::slice::from_ref(&event));

    let direct =
        raw(&fixture).await.request("$JS.API.DIRECT.GET.TICKETING", r#"{"seq":1}"#.into()).await.unwrap();
    assert_eq!(direct.payload, event.body.as_bytes(), "the body is the contract's JSON and nothing else");
    let headers = direct.headers.unwrap();
    for (name, value) in [
        ("Nats-Subject", "ticketing.ticket.created.t"),
        ("Nats-Msg-Id", event.id.as_str()),
        ("Ticketing-Version", "0"),
        ("Ticketing-Time", &event.time.to_string()),
        ("traceparent", event.trace.as_deref().unwrap()),
    ] {
        assert_eq!(headers.get(name).map(|value| value.as_str()), Some(value), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inbox_drops_repeats_after_the_duplicate_window() {
    let fixture = Fixture::on(Shape::Nats).await;
    let (core, shutdown) = (fixture.service("s"), Shutdown::new());
    let bus = forgetful(&fixture, Duration::from_millis(200)).await;
    core.start(&bus, Some(core.consumers("s").on(on_created).on(on_updated)), &shutdown);
    let mut events = Vec::new();
    for ticket in ["a", "b", "c"] {
        events.extend(fixture.history(ticket, 4));
    }
    bus.publish(events.clone()).await.unwrap();
    eventually("all take effect", || async { notes(&core).await.len() == 12 }).await;
    // The server takes each of them twice more, backwards at that.
    let client = raw(&fixture).await;
    events.reverse();
    eventually("the server has forgotten them", || async {
        bus.publish(events.clone()).await.unwrap();
        let state = api(&client, "STREAM.INFO.TICKETING", "").await["state"].clone();
        state["messages"].as_u64().unwrap() >= 36
    })
    .await;
    eventually("nothing waits", || async { bus.backlog().await.unwrap() == 0 }).await;
    assert_whole(&notes(&core).await, 3, 4);
    assert_eq!(bus.sequences().await.unwrap().len(), 12, "the first place of each counts");
    assert!(bus.dead_letters().await.unwrap().is_empty());
}
