//! Pruning deletes old processed rows and messages, and keeps those that a consumer still needs.

use std::time::Duration;

use futures_util::future::join_all;
use ticketing_bus::{AckDecision, Bus, EmbeddedOptions, INBOX_RETENTION, OUTBOX_RETENTION};
use ticketing_engines::{Shape, eventually, on_shapes};
use ticketing_platform::db::DbError;
use ticketing_platform::shutdown::Shutdown;

use crate::support::{Fixture, TICKETS, accept_all, count, notes, on_created, ticket_created};

on_shapes! {
    [embedded, postgres]
    #[tokio::test]
    log_prunes_only_messages_that_all_consumers_passed;
    [embedded, postgres, nats, postgres_and_nats]
    #[tokio::test]
    outbox_and_inbox_are_pruned;
}

/// More batches than lie between two prunings.
const BATCHES: usize = 4200;

async fn publish_many(fixture: &Fixture, bus: &Bus) {
    let events: Vec<_> =
        (0..BATCHES).map(|number| fixture.encode(&ticket_created(&format!("many{number}")))).collect();
    for group in events.chunks(700) {
        let published = join_all(group.iter().map(|event| bus.publish(vec![event.clone()]))).await;
        assert!(published.iter().all(Result::is_ok));
    }
}

async fn log_prunes_only_messages_that_all_consumers_passed(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let retention = Duration::from_secs(3600);
    let bus = fixture.bus_with(EmbeddedOptions { retention, clock: fixture.retries.clone() });
    let mut quick = bus.subscribe("quick", TICKETS.to_vec()).await.unwrap();
    let mut slow = bus.subscribe("slow", TICKETS.to_vec()).await.unwrap();
    let old = ["applied", "retried", "dead", "unread"];
    for ticket in old {
        bus.publish(fixture.history(ticket, 1)).await.unwrap();
    }
    let deliveries = quick.next(9).await.unwrap();
    quick.acknowledge(accept_all(deliveries)).await.unwrap();
    let mut deliveries = slow.next(3).await.unwrap();
    let dead = deliveries.pop().unwrap();
    let retried = deliveries.pop().unwrap();
    let mut decisions = accept_all(deliveries);
    let retry = AckDecision::Nak { after: Duration::from_secs(10 * 3600), cause: "busy".to_owned() };
    decisions.push((retried, retry));
    decisions.push((dead, AckDecision::DeadLetter { attempts: 1, cause: "poison".to_owned() }));
    slow.acknowledge(decisions).await.unwrap();

    fixture.retries.advance(retention * 2);
    publish_many(&fixture, &bus).await;
    eventually("the log is pruned", || async { bus.sequences().await.unwrap().len() == BATCHES + 3 }).await;
    let oldest = bus.recent(u32::MAX).await.unwrap().into_iter().take(3).map(|event| event.aggregate);
    assert!(oldest.eq(["retried", "dead", "unread"].map(str::to_owned)));
}

async fn outbox_and_inbox_are_pruned(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, shutdown) = (fixture.bus().await, Shutdown::new());
    let core = fixture.service("s");
    core.start(&bus, Some(core.consumers("s").on(on_created)), &shutdown);
    let outbox = core.outbox.clone();
    let appended = core.db.write(move |tx| outbox.append(tx, &ticket_created("t")));
    appended.await.map_err(|error: DbError| error).unwrap();
    eventually("the event is applied", || async { notes(&core).await == ["t/0"] }).await;
    let published = "SELECT COUNT(*) AS n FROM outbox WHERE published_at IS NOT NULL";
    eventually("it is marked", || async { count(&core, published).await == 1 }).await;
    shutdown.trigger();
    assert!(shutdown.wait(Duration::from_secs(5)).await);
    drop(core);

    assert!(INBOX_RETENTION > OUTBOX_RETENTION, "an event must not be sayable after it was forgotten");
    for (by, outbox, inbox) in [
        (OUTBOX_RETENTION - Duration::from_secs(60), 1, 1),
        (Duration::from_secs(120), 0, 1),
        (INBOX_RETENTION, 0, 0),
    ] {
        fixture.clock.advance(by);
        // Every start forgets first.
        let (core, shutdown) = (fixture.service("s"), Shutdown::new());
        core.start(&bus, None, &shutdown);
        eventually("what is old is forgotten", || async {
            count(&core, "SELECT COUNT(*) AS n FROM outbox").await == outbox
                && count(&core, "SELECT COUNT(*) AS n FROM inbox").await == inbox
        })
        .await;
        shutdown.trigger();
        assert!(shutdown.wait(Duration::from_secs(5)).await);
    }
}
