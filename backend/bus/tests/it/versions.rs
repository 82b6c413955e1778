//! Versions side by side, and a rollback: no event is lost because a version does not know it or has no handler for it.

use std::time::Duration;

use ticketing_bus::{Bus, DeliveryLimits, ServiceCore};
use ticketing_engines::{Shape, eventually, eventually_within, on_shapes};
use ticketing_events::Envelope;
use ticketing_platform::args;
use ticketing_platform::db::DbError;
use ticketing_platform::shutdown::Shutdown;

use crate::support::{Fixture, UNMARKED, count, notes, on_created, on_updated, ticket_created};

on_shapes! {
    [embedded, postgres, nats, postgres_and_nats]
    #[tokio::test]
    rollback_keeps_what_only_the_newer_version_handles,
    unhandled_event_is_dead_lettered_and_replayable,
    event_published_before_a_consumer_upgrade_is_delivered,
    relay_publishes_a_row_whose_name_it_does_not_know;
    [nats, postgres_and_nats]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    older_and_newer_replica_lose_nothing;
}

/// Starts the older version: it has no handler for `ticket:updated`.
fn start_older(core: &ServiceCore, bus: &Bus, limits: DeliveryLimits) -> Shutdown {
    let shutdown = Shutdown::new();
    core.start(bus, Some(core.consumers("s").on(on_created).with_limits(limits)), &shutdown);
    shutdown
}

fn start_newer(core: &ServiceCore, bus: &Bus) -> Shutdown {
    let shutdown = Shutdown::new();
    core.start(bus, Some(core.consumers("s").on(on_created).on(on_updated)), &shutdown);
    shutdown
}

async fn stop(shutdown: Shutdown) {
    shutdown.trigger();
    assert!(shutdown.wait(Duration::from_secs(20)).await);
}

async fn rollback_keeps_what_only_the_newer_version_handles(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core) = (fixture.live_bus().await, fixture.service("s"));
    let newer = start_newer(&core, &bus);
    bus.publish(fixture.history("a", 2)).await.unwrap();
    eventually("the newer version handles both", || async { notes(&core).await == ["a/0", "a/1"] }).await;
    stop(newer).await;

    let older = start_older(&core, &bus, DeliveryLimits::default());
    bus.publish(fixture.history("b", 2)).await.unwrap();
    bus.publish(fixture.history("c", 1)).await.unwrap();
    eventually("the older version goes on", || async { notes(&core).await == ["a/0", "a/1", "b/0", "c/0"] })
        .await;
    eventually("one event waits", || async { bus.backlog().await.unwrap() == 1 }).await;
    stop(older).await;
    assert_eq!(count(&core, "SELECT COUNT(*) AS n FROM inbox").await, 4);

    let newer = start_newer(&core, &bus);
    eventually("it takes effect", || async { notes(&core).await.last().is_some_and(|note| note == "b/1") })
        .await;
    eventually("nothing waits", || async { bus.backlog().await.unwrap() == 0 }).await;
    assert_eq!(notes(&core).await.len(), 5);
    assert!(bus.dead_letters().await.unwrap().is_empty());
    stop(newer).await;
}

async fn unhandled_event_is_dead_lettered_and_replayable(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core) = (fixture.live_bus().await, fixture.service("s"));
    stop(start_newer(&core, &bus)).await;
    drop(bus.subscribe("s", crate::support::CREATED_AND_UPDATED.to_vec()).await.unwrap());
    let limits = DeliveryLimits { unhandled: Duration::from_millis(200), ..DeliveryLimits::default() };
    let older = start_older(&core, &bus, limits);
    bus.publish(fixture.history("t", 2)).await.unwrap();
    eventually("it is set aside", || async { bus.dead_letters().await.unwrap().len() == 1 }).await;
    let letter = bus.dead_letters().await.unwrap().remove(0);
    assert_eq!(letter.envelope.name.as_str(), "ticket:updated");
    assert_eq!(letter.cause, "ticket:updated has no handler in this version of s");
    stop(older).await;
    let newer = start_newer(&core, &bus);
    bus.replay("s", letter.seq).await.unwrap();
    eventually("it takes effect", || async { notes(&core).await == ["t/0", "t/1"] }).await;
    assert!(bus.dead_letters().await.unwrap().is_empty());
    stop(newer).await;
}

/// The service that publishes may be upgraded before the one that listens.
async fn event_published_before_a_consumer_upgrade_is_delivered(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core) = (fixture.live_bus().await, fixture.service("s"));
    let older = start_older(&core, &bus, DeliveryLimits::default());
    bus.publish(fixture.history("t", 2)).await.unwrap();
    bus.publish(fixture.history("u", 1)).await.unwrap();
    eventually("the older version continues", || async { notes(&core).await == ["t/0", "u/0"] }).await;
    eventually("nothing waits", || async { bus.backlog().await.unwrap() == 0 }).await;
    stop(older).await;
    let newer = start_newer(&core, &bus);
    eventually("it takes effect", || async { notes(&core).await == ["t/0", "u/0", "t/1"] }).await;
    eventually("nothing waits", || async { bus.backlog().await.unwrap() == 0 }).await;
    stop(newer).await;
    // The event is delivered once, not at each start.
    let newer = start_newer(&core, &bus);
    bus.publish(fixture.history("v", 1)).await.unwrap();
    eventually("the newer version continues", || async { notes(&core).await.len() == 4 }).await;
    assert_eq!(count(&core, "SELECT COUNT(*) AS n FROM inbox").await, 4);
    stop(newer).await;
}

async fn relay_publishes_a_row_whose_name_it_does_not_know(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, shutdown) = (fixture.live_bus().await, fixture.service("s"), Shutdown::new());
    let (outbox, unknown) = (core.outbox.clone(), fixture.encode(&ticket_created("u")));
    let id = core.clock.new_id();
    let (expected, row) = (Envelope { id: id.clone(), name: "ticket:viewed".into(), ..unknown }, id);
    let written = core.db.write(move |tx| {
        tx.execute(
            "INSERT INTO outbox (id, name, aggregate, version, time, body) \
             VALUES ($1, 'ticket:viewed', 'u', 0, 1700000000000, $2)",
            args![&row, r#"{"id":"u","by":["another version"]}"#],
        )?;
        outbox.append(tx, &ticket_created("t"))
    });
    written.await.map_err(|error: DbError| error).unwrap();
    core.start(&bus, None, &shutdown);
    eventually("all is published", || async { count(&core, UNMARKED).await == 0 }).await;
    let published = bus.recent(10).await.unwrap();
    let expected = Envelope { body: r#"{"id":"u","by":["another version"]}"#.to_owned(), ..expected };
    assert!(published.len() == 2 && published.contains(&expected), "{published:?}");
    stop(shutdown).await;
}

async fn older_and_newer_replica_lose_nothing(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let core = fixture.service("s");
    let (one, other) = (fixture.live_bus().await, fixture.live_bus().await);
    let older = start_older(&core, &one, DeliveryLimits::default());
    let newer = start_newer(&core, &other);
    one.ready().await.unwrap();
    other.ready().await.unwrap();
    for ticket in 0..20 {
        one.publish(fixture.history(&format!("t{ticket}"), 3)).await.unwrap();
    }
    eventually_within("all take effect", Duration::from_secs(60), || async {
        notes(&core).await.len() >= 60
    })
    .await;
    eventually_within("nothing waits", Duration::from_secs(60), || async {
        one.backlog().await.unwrap() == 0
    })
    .await;
    assert_eq!(notes(&core).await.len(), 60);
    assert!(one.dead_letters().await.unwrap().is_empty());
    stop(older).await;
    stop(newer).await;
}
