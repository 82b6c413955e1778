//! Dead letters: what cannot be handled is set aside with its cause, and can be replayed.

use std::time::Duration;

use ticketing_bus::{Bus, BusError, DeadLetter, DeliveryLimits, ServiceCore};
use ticketing_engines::{Shape, eventually, on_shapes};
use ticketing_events::EventName;
use ticketing_platform::shutdown::Shutdown;

use crate::support::{Fault, FaultyHandler, Fixture, count, notes, on_created, on_updated};

on_shapes! {
    [embedded, postgres, nats, postgres_and_nats]
    #[tokio::test]
    poison_event_is_dead_lettered_after_ten_failures, handler_panic_is_contained,
    invalid_body_is_dead_lettered_at_once,
    event_without_predecessor_is_dead_lettered,
    dead_letter_replays_after_its_cause_is_fixed,
    replayed_event_that_fails_is_dead_lettered_again,
    discarded_dead_letter_is_never_handled,
    dead_letter_is_replayed_to_its_consumer_after_restart;
}

/// Hurries the retries until a letter is dead.
async fn first_letter(fixture: &Fixture, bus: &Bus) -> DeadLetter {
    eventually("a dead letter", || async {
        fixture.advance_retries();
        !bus.dead_letters().await.unwrap().is_empty()
    })
    .await;
    bus.dead_letters().await.unwrap().remove(0)
}

/// Returns a service with a handler on a bus that holds `bad` among others.
async fn start_with_bad_event(
    fixture: &Fixture,
    fault: Fault,
) -> (Bus, ServiceCore, FaultyHandler, Shutdown) {
    let (bus, core, handler, shutdown) =
        (fixture.bus().await, fixture.service("s"), FaultyHandler::new(fault), Shutdown::new());
    for ticket in ["a", "bad", "b"] {
        bus.publish(fixture.history(ticket, 1)).await.unwrap();
    }
    core.start(
        &bus,
        Some(core.consumers("s").on_with_context(handler.clone(), FaultyHandler::handle)),
        &shutdown,
    );
    (bus, core, handler, shutdown)
}

async fn poison_event_is_dead_lettered_after_ten_failures(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, _moody, _shutdown) = start_with_bad_event(&fixture, Fault::Fails).await;
    eventually("the others are handled", || async { notes(&core).await == ["a/0", "b/0"] }).await;
    if fixture.is_embedded() {
        // Only the embedded bus uses the manual clock for retries.
        assert!(bus.dead_letters().await.unwrap().is_empty(), "one try is not enough to give up");
    }

    let letter = first_letter(&fixture, &bus).await;
    assert_eq!((letter.durable.as_str(), letter.seq, letter.attempts), ("s", 2, 10));
    assert!(letter.cause.contains("this one never works"), "{}", letter.cause);
    assert_eq!(letter.envelope.name, EventName::TicketCreated);
    assert_eq!(letter.envelope.aggregate, "bad");
    assert_eq!(bus.backlog().await.unwrap(), 0, "it waits for nobody any more");

    bus.publish(fixture.history("c", 1)).await.unwrap();
    eventually("later ones are handled", || async { notes(&core).await == ["a/0", "b/0", "c/0"] }).await;
    assert_eq!(count(&core, "SELECT COUNT(*) AS n FROM inbox").await, 3, "it did not take effect");
}

async fn handler_panic_is_contained(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, _moody, _shutdown) = start_with_bad_event(&fixture, Fault::Panics).await;
    let letter = first_letter(&fixture, &bus).await;
    assert_eq!((letter.cause.as_str(), letter.attempts), ("the handler panicked", 10));
    assert_eq!(notes(&core).await, ["a/0", "b/0"], "what it did before it panicked was undone");
}

async fn invalid_body_is_dead_lettered_at_once(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, shutdown) = (fixture.bus().await, fixture.service("s"), Shutdown::new());
    let mut events = fixture.history("t", 2);
    let mut broken = fixture.encode(&crate::support::ticket_created("broken"));
    broken.body = r#"{"id":7}"#.to_owned();
    events.insert(1, broken);
    bus.publish(events).await.unwrap();
    core.start(&bus, Some(core.consumers("s").on(on_created).on(on_updated)), &shutdown);
    eventually("the others are handled", || async { notes(&core).await == ["t/0", "t/1"] }).await;
    eventually("it is set aside", || async { bus.dead_letters().await.unwrap().len() == 1 }).await;
    let letter = bus.dead_letters().await.unwrap().remove(0);
    assert_eq!((letter.envelope.aggregate.as_str(), letter.attempts), ("broken", 1));
    assert!(letter.cause.contains("ticket:created"), "{}", letter.cause);
}

async fn event_without_predecessor_is_dead_lettered(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, shutdown) = (fixture.bus().await, fixture.service("s"), Shutdown::new());
    bus.publish(fixture.history("t", 2).split_off(1)).await.unwrap();
    let limits = DeliveryLimits { out_of_order: Duration::from_millis(100), ..DeliveryLimits::default() };
    let consumers = core.consumers("s").on(on_created).on(on_updated).with_limits(limits);
    core.start(&bus, Some(consumers), &shutdown);
    let letter = first_letter(&fixture, &bus).await;
    assert_eq!(letter.cause, "its predecessor has not arrived");
    assert!(letter.attempts > 1, "tried {} times", letter.attempts);
    assert!(notes(&core).await.is_empty());
}

async fn dead_letter_replays_after_its_cause_is_fixed(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, handler, _shutdown) = start_with_bad_event(&fixture, Fault::Fails).await;
    let letter = first_letter(&fixture, &bus).await;
    handler.set_fault(Fault::Fine);
    bus.replay(&letter.durable, letter.seq).await.unwrap();
    eventually("it takes effect", || async { notes(&core).await == ["a/0", "b/0", "bad/0"] }).await;
    eventually("nothing waits", || async { bus.backlog().await.unwrap() == 0 }).await;
    assert!(bus.dead_letters().await.unwrap().is_empty());

    let again = bus.replay(&letter.durable, letter.seq).await;
    assert!(matches!(again, Err(BusError::NoSuchDeadLetter { seq: 2, .. })), "{again:?}");
}

async fn replayed_event_that_fails_is_dead_lettered_again(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, _core, handler, _shutdown) = start_with_bad_event(&fixture, Fault::Fails).await;
    let letter = first_letter(&fixture, &bus).await;
    bus.replay(&letter.durable, letter.seq).await.unwrap();
    assert!(bus.dead_letters().await.unwrap().is_empty());
    let again = first_letter(&fixture, &bus).await;
    assert_eq!(again.seq, letter.seq);
    assert!((1..=10).contains(&again.attempts), "tried {} times", again.attempts);
    assert!(handler.calls() > 10, "it was tried again");
}

async fn discarded_dead_letter_is_never_handled(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, handler, _shutdown) = start_with_bad_event(&fixture, Fault::Fails).await;
    let letter = first_letter(&fixture, &bus).await;
    handler.set_fault(Fault::Fine);
    bus.discard(&letter.durable, letter.seq).await.unwrap();
    assert!(bus.dead_letters().await.unwrap().is_empty());
    for gone in [bus.discard("s", letter.seq).await, bus.replay("s", letter.seq).await] {
        assert!(matches!(gone, Err(BusError::NoSuchDeadLetter { .. })), "{gone:?}");
    }
    bus.publish(fixture.history("c", 1)).await.unwrap();
    eventually("the others go on", || async { notes(&core).await == ["a/0", "b/0", "c/0"] }).await;
}

async fn dead_letter_is_replayed_to_its_consumer_after_restart(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, handler, shutdown) = start_with_bad_event(&fixture, Fault::Fails).await;
    let other = fixture.service("other");
    other.start(&bus, Some(other.consumers("other").on(on_created)), &shutdown);
    let letter = first_letter(&fixture, &bus).await;
    shutdown.trigger();
    assert!(shutdown.wait(Duration::from_secs(5)).await);
    drop((bus, core, other));

    let (bus, core, other, shutdown) =
        (fixture.bus().await, fixture.service("s"), fixture.service("other"), Shutdown::new());
    handler.set_fault(Fault::Fine);
    let calls = handler.calls();
    core.start(
        &bus,
        Some(core.consumers("s").on_with_context(handler.clone(), FaultyHandler::handle)),
        &shutdown,
    );
    other.start(&bus, Some(other.consumers("other").on(on_created)), &shutdown);
    bus.replay("s", letter.seq).await.unwrap();
    eventually("it takes effect", || async { notes(&core).await.contains(&"bad/0".to_owned()) }).await;
    assert_eq!(handler.calls(), calls + 1);
    assert_eq!(notes(&other).await, ["a/0", "bad/0", "b/0"]);
}
