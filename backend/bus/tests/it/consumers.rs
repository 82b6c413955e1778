//! Consumers: each event takes effect once and in the order of its aggregate, however it is delivered.

use std::sync::Arc;
use std::time::Duration;

use ticketing_bus::{AckDecision, ApplyOutcome, Delivery, ServiceCore, compare_version, timeline};
use ticketing_engines::{Shape, eventually, on_shapes};
use ticketing_events::{Envelope, TicketCreated, TicketUpdated};
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::shutdown::Shutdown;
use ticketing_sdk::{OrderId, TimelineEntry, fixtures};

use crate::support::{
    Fault, FaultyHandler, Fixture, count, note, notes, on_created, on_updated, ticket_created, ticket_deleted,
};

on_shapes! {
    [embedded, postgres]
    #[tokio::test]
    redelivered_event_changes_nothing, redeliveries_are_counted_for_the_timeline, late_event_of_an_old_version_is_accepted_without_effect,
    event_without_handler_is_retried_without_inbox_row, effect_and_its_events_commit_atomically;
    [embedded, postgres, nats, postgres_and_nats]
    #[tokio::test]
    out_of_order_event_waits_for_its_predecessor,
    event_not_due_is_never_dead_lettered, applied_signal_wakes_waiters;
    [embedded, postgres, nats, postgres_and_nats]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    shuffled_histories_apply_in_order_once;
}

#[test]
fn only_the_next_version_is_applied() {
    assert_eq!(compare_version(None, 0), ApplyOutcome::Done);
    assert_eq!(compare_version(None, 1), ApplyOutcome::OutOfOrder);
    assert_eq!(compare_version(Some(3), 3), ApplyOutcome::Duplicate);
    assert_eq!(compare_version(Some(3), 0), ApplyOutcome::Duplicate);
    assert_eq!(compare_version(Some(3), 4), ApplyOutcome::Done);
    assert_eq!(compare_version(Some(3), 5), ApplyOutcome::OutOfOrder);
}

fn deliveries(events: Vec<Envelope>) -> Arc<[Delivery]> {
    let delivered =
        (1..).zip(events).map(|(seq, event)| Delivery { seq, delivery_count: 1, envelope: Arc::new(event) });
    delivered.collect()
}

async fn redelivered_event_changes_nothing(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let core = fixture.service("s");
    let consumers = Arc::new(core.consumers("s").on(on_created).on(on_updated));
    let history = deliveries(fixture.history("t", 3));
    for _ in 0..3 {
        let decisions = consumers.clone().apply(history.clone()).await.unwrap();
        assert_eq!(decisions, [AckDecision::Ack, AckDecision::Ack, AckDecision::Ack]);
    }
    assert_eq!(notes(&core).await, ["t/0", "t/1", "t/2"]);
    assert_eq!(count(&core, "SELECT COUNT(*) AS n FROM inbox").await, 3);
}

async fn redeliveries_are_counted_for_the_timeline(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let core = fixture.service("s");
    let consumers = Arc::new(core.consumers("s").on(on_created).on(on_updated));
    let order = OrderId::new("o-1");
    let reserved = fixtures::ticket("t").version(1).order_id(order.clone());
    let events = vec![fixture.encode(&ticket_created("t")), fixture.encode(&TicketUpdated::from(&reserved))];
    let event_id = events[1].id.clone();
    let delivered = deliveries(events);
    let late: Arc<[Delivery]> =
        delivered.iter().cloned().map(|delivery| Delivery { delivery_count: 3, ..delivery }).collect();
    for _ in 0..2 {
        consumers.clone().apply(late.clone()).await.unwrap();
    }
    let now = core.clock.now();
    let read = core.db.read(move |tx| timeline::read_received(tx, "s", &order, now)).await;
    let entries: Vec<TimelineEntry> = read.map_err(|error: DbError| error).unwrap();
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((entry.name.as_str(), entry.version, entry.deliveries), ("ticket:updated", Some(1), Some(4)));
    assert_eq!((entry.event_id.as_ref(), entry.event_time), (Some(&event_id), Some(now)));
}

async fn late_event_of_an_old_version_is_accepted_without_effect(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let core = fixture.service("s");
    let consumers = Arc::new(core.consumers("s").on(on_created).on(on_updated));
    consumers.clone().apply(deliveries(fixture.history("t", 3))).await.unwrap();
    // The same versions with other identifiers, as a rebuilt stream may deliver them.
    let decisions = consumers.apply(deliveries(fixture.history("t", 3))).await.unwrap();
    assert!(decisions.iter().all(|decision| *decision == AckDecision::Ack));
    assert_eq!(notes(&core).await, ["t/0", "t/1", "t/2"]);
}

async fn event_without_handler_is_retried_without_inbox_row(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let core = fixture.service("s");
    let consumers = Arc::new(core.consumers("s").on(on_created));
    let unknown = Envelope { name: "ticket:viewed".into(), ..fixture.encode(&ticket_created("u")) };
    let events = vec![fixture.encode(&ticket_deleted("t", 1)), unknown, fixture.encode(&ticket_created("t"))];
    let decisions = consumers.apply(deliveries(events)).await.unwrap();
    for (decision, name) in decisions.iter().zip(["ticket:deleted", "ticket:viewed"]) {
        assert!(matches!(decision, AckDecision::Nak { cause, .. } if cause.contains(name)), "{decision:?}");
    }
    assert_eq!(decisions[2], AckDecision::Ack, "the others go on");
    assert_eq!(count(&core, "SELECT COUNT(*) AS n FROM inbox").await, 1);
}

async fn out_of_order_event_waits_for_its_predecessor(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, shutdown) = (fixture.live_bus().await, fixture.service("s"), Shutdown::new());
    core.start(&bus, Some(core.consumers("s").on(on_created).on(on_updated)), &shutdown);
    let mut history = fixture.history("t", 4);
    let first = history.remove(0);
    history.reverse();
    bus.publish(history).await.unwrap();
    bus.publish(fixture.history("other", 1)).await.unwrap();
    eventually("others do not wait", || async { notes(&core).await == ["other/0"] }).await;
    assert_eq!(
        count(&core, "SELECT COUNT(*) AS n FROM inbox").await,
        1,
        "a waiting event is not in the inbox"
    );
    bus.publish(vec![first]).await.unwrap();
    eventually("all take effect in order", || async {
        notes(&core).await == ["other/0", "t/0", "t/1", "t/2", "t/3"]
    })
    .await;
    eventually("nothing waits", || async { bus.backlog().await.unwrap() == 0 }).await;
}

/// Returns a shuffle that is the same in every run.
fn shuffle(mut events: Vec<Envelope>, mut seed: u64) -> Vec<Envelope> {
    for last in (1..events.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from(seed >> 33).unwrap() % (last + 1);
        events.swap(last, other);
    }
    events
}

async fn shuffled_histories_apply_in_order_once(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, shutdown) = (fixture.live_bus().await, fixture.service("s"), Shutdown::new());
    core.start(&bus, Some(core.consumers("s").on(on_created).on(on_updated)), &shutdown);
    let events: Vec<Envelope> =
        (0..20).flat_map(|ticket| fixture.history(&format!("t{ticket}"), 6)).collect();
    for batch in shuffle(events, 7).chunks(15) {
        bus.publish(batch.to_vec()).await.unwrap();
    }
    eventually("all take effect", || async { notes(&core).await.len() == 120 }).await;
    let notes = notes(&core).await;
    for ticket in 0..20 {
        let own: Vec<&String> =
            notes.iter().filter(|note| note.starts_with(&format!("t{ticket}/"))).collect();
        let expected: Vec<String> = (0..6).map(|version| format!("t{ticket}/{version}")).collect();
        assert_eq!(own, expected.iter().collect::<Vec<_>>());
    }
    eventually("nothing waits", || async { bus.backlog().await.unwrap() == 0 }).await;
    assert!(bus.dead_letters().await.unwrap().is_empty());
}

async fn event_not_due_is_never_dead_lettered(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, shutdown) = (fixture.bus().await, fixture.service("s"), Shutdown::new());
    let handler = FaultyHandler::new(Fault::NotDue);
    core.start(
        &bus,
        Some(core.consumers("s").on_with_context(handler.clone(), FaultyHandler::handle)),
        &shutdown,
    );
    bus.publish(fixture.history("bad", 1)).await.unwrap();
    eventually("it was put off many times", || async {
        fixture.advance_retries();
        handler.calls() >= 60
    })
    .await;
    assert!(bus.dead_letters().await.unwrap().is_empty());
    assert!(notes(&core).await.is_empty());
    handler.set_fault(Fault::Fine);
    eventually("its time has come", || async {
        fixture.advance_retries();
        notes(&core).await == ["bad/0"]
    })
    .await;
}

/// Appends an event, and then fails or succeeds.
struct Says {
    core: ServiceCore,
    then: Result<(), ()>,
}

impl Says {
    fn handle(&self, tx: &mut Tx<'_>, event: &TicketCreated) -> Result<ApplyOutcome, DbError> {
        note(tx, event.id.as_str(), event.version)?;
        self.core.outbox.append(tx, &ticket_deleted(event.id.as_str(), 1))?;
        let failed = |()| DbError::Statement("too late".to_owned());
        self.then.map(|()| ApplyOutcome::Done).map_err(failed)
    }
}

async fn effect_and_its_events_commit_atomically(shape: Shape) {
    for (then, rows) in [(Err(()), 0), (Ok(()), 1)] {
        let fixture = Fixture::on(shape).await;
        let core = fixture.service("s");
        let consumers =
            Arc::new(core.consumers("s").on_with_context(Says { core: core.clone(), then }, Says::handle));
        let decisions =
            consumers.apply(deliveries(vec![fixture.encode(&ticket_created("t"))])).await.unwrap();
        assert_eq!(decisions[0] == AckDecision::Ack, then.is_ok());
        for table in [
            "SELECT COUNT(*) AS n FROM notes",
            "SELECT COUNT(*) AS n FROM outbox",
            "SELECT COUNT(*) AS n FROM inbox",
        ] {
            assert_eq!(count(&core, table).await, rows, "{table}");
        }
    }
}

async fn applied_signal_wakes_waiters(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, shutdown) = (fixture.bus().await, fixture.service("s"), Shutdown::new());
    core.start(&bus, Some(core.consumers("s").on(on_created)), &shutdown);
    let mut applied = core.applied.listen();
    bus.publish(fixture.history("t", 1)).await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), applied.notified()).await.expect("a notification");
    assert_eq!(notes(&core).await, ["t/0"], "the ring comes after the commit");
}
