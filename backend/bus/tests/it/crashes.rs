//! Crashes at the worst moments: between effect and acknowledgement, between publishing and marking.
//!
//! A crash is simulated: all objects of the process are dropped, and the files are opened again.

use std::sync::Arc;
use std::time::Duration;

use ticketing_bus::ServiceCore;
use ticketing_engines::{Shape, eventually, on_shapes, outbox_after};
use ticketing_platform::db::DbError;
use ticketing_platform::shutdown::Shutdown;

use crate::support::{
    Fixture, TICKETS, UNMARKED, count, notes, on_created, on_updated, ticket_created, ticket_updated,
};

on_shapes! {
    [embedded, postgres, nats, postgres_and_nats]
    #[tokio::test]
    crash_before_ack_repeats_no_effect,
    crash_before_marking_publishes_nothing_twice, crash_before_publishing_loses_nothing;
    [embedded, postgres, nats, postgres_and_nats]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    restarts_lose_and_repeat_nothing;
}

async fn crash_before_ack_repeats_no_effect(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    {
        let (bus, core) = (fixture.bus().await, fixture.service("s"));
        bus.publish(fixture.history("t", 3)).await.unwrap();
        let consumers = Arc::new(core.consumers("s").on(on_created).on(on_updated));
        let mut subscription = bus.subscribe("s", TICKETS.to_vec()).await.unwrap();
        let deliveries = subscription.next(2).await.unwrap();
        consumers.apply(deliveries.into()).await.unwrap();
        // Nothing is settled: the log does not know that two events took effect.
    }
    let (bus, core, shutdown) = (fixture.bus().await, fixture.service("s"), Shutdown::new());
    assert_eq!(bus.backlog().await.unwrap(), 3);
    core.start(&bus, Some(core.consumers("s").on(on_created).on(on_updated)), &shutdown);
    eventually("the rest takes effect", || async { notes(&core).await.len() == 3 }).await;
    eventually("all is settled", || async { bus.backlog().await.unwrap() == 0 }).await;
    assert_eq!(notes(&core).await, ["t/0", "t/1", "t/2"]);
}

async fn append_history(core: &ServiceCore, ticket: &'static str) {
    let outbox = core.outbox.clone();
    let appended = core.db.write(move |tx| {
        outbox.append(tx, &ticket_created(ticket))?;
        outbox.append(tx, &ticket_updated(ticket, 1))?;
        outbox.append(tx, &ticket_updated(ticket, 2))
    });
    appended.await.map_err(|error: DbError| error).unwrap();
}

async fn crash_before_marking_publishes_nothing_twice(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    {
        let (bus, core) = (fixture.bus().await, fixture.service("s"));
        append_history(&core, "t").await;
        bus.publish(outbox_after(&core.db, "").await[..2].to_vec()).await.unwrap();
    }
    let (bus, core, shutdown) = (fixture.bus().await, fixture.service("s"), Shutdown::new());
    core.start(&bus, None, &shutdown);
    eventually("all is marked", || async { count(&core, UNMARKED).await == 0 }).await;
    assert_eq!(bus.recent(10).await.unwrap(), outbox_after(&core.db, "").await);
}

async fn crash_before_publishing_loses_nothing(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    append_history(&fixture.service("s"), "t").await;
    let (bus, core, shutdown) = (fixture.bus().await, fixture.service("s"), Shutdown::new());
    core.start(&bus, None, &shutdown);
    eventually("it is on the bus", || async { bus.recent(10).await.unwrap().len() == 3 }).await;
}

async fn restarts_lose_and_repeat_nothing(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let tickets = ["a", "b", "c", "d", "e", "f"];
    for ticket in tickets {
        let (bus, source, copy, shutdown) =
            (fixture.live_bus().await, fixture.service("source"), fixture.service("copy"), Shutdown::new());
        source.start(&bus, None, &shutdown);
        copy.start(&bus, Some(copy.consumers("copy").on(on_created).on(on_updated)), &shutdown);
        append_history(&source, ticket).await;
        // The loops are aborted at any point, often before an event was published or applied.
        shutdown.trigger();
        assert!(shutdown.wait(Duration::from_secs(5)).await);
    }
    let (bus, source, copy, shutdown) =
        (fixture.live_bus().await, fixture.service("source"), fixture.service("copy"), Shutdown::new());
    source.start(&bus, None, &shutdown);
    copy.start(&bus, Some(copy.consumers("copy").on(on_created).on(on_updated)), &shutdown);
    eventually("all events are applied", || async { notes(&copy).await.len() == 18 }).await;
    let expected: Vec<String> =
        tickets.iter().flat_map(|ticket| (0..3).map(move |version| format!("{ticket}/{version}"))).collect();
    let applied = notes(&copy).await;
    if fixture.is_embedded() {
        assert_eq!(applied, expected);
    }
    // On NATS a delivery in flight at a restart may follow later events of other tickets.
    for ticket in tickets {
        let of =
            |all: &[String]| all.iter().filter(|note| note.starts_with(ticket)).cloned().collect::<Vec<_>>();
        assert_eq!(of(&applied), of(&expected));
    }
    assert_eq!(bus.recent(100).await.unwrap().len(), 18);
}
