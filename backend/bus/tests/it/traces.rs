//! The trace that an event belongs to goes along with it: through the outbox, the bus, the consumer, and into what that
//! one says.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ticketing_bus::{AckDecision, ApplyOutcome, Bus, Delivery, ServiceCore};
use ticketing_engines::{Shape, eventually, on_shapes};
use ticketing_events::TicketCreated;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::telemetry::TraceContext;

use crate::support::{Fixture, ticket_created, ticket_deleted, ticket_updated};

const ONE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const OTHER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

on_shapes! {
    [embedded, postgres, nats, postgres_and_nats]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    events_of_a_handler_belong_to_the_trace, redelivered_event_belongs_to_its_trace;
    [embedded, postgres]
    #[tokio::test]
    units_of_one_commit_keep_their_own_traces;
}

/// Publishes `ticket:deleted` for each event, at the first or the second attempt.
struct Echo {
    core: ServiceCore,
    fails: Arc<AtomicU32>,
}

impl Echo {
    fn handle(&self, tx: &mut Tx<'_>, event: &TicketCreated) -> Result<ApplyOutcome, DbError> {
        self.core.outbox.append(tx, &ticket_deleted(event.id.as_str(), 1))?;
        let left = self.fails.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        match left {
            Ok(_) => Err(DbError::Statement("not yet".to_owned())),
            Err(_) => Ok(ApplyOutcome::Done),
        }
    }
}

/// Publishes `ticket:created` as a part of a trace.
async fn publish_created(core: &ServiceCore, ticket: &'static str, trace: Option<&str>) {
    let outbox = core.outbox.clone();
    let appended = core.db.write(move |tx| outbox.append(tx, &ticket_created(ticket)));
    let appended: Result<_, DbError> = TraceContext::remote(trace).follow(appended).await;
    appended.unwrap();
}

/// Returns the events on the bus, with the traces that they belong to.
async fn read_traces(bus: &Bus) -> Vec<(String, Option<String>)> {
    let events = bus.recent(100).await.unwrap().into_iter();
    let mut all: Vec<_> = events.map(|it| (format!("{} {}", it.name, it.aggregate), it.trace)).collect();
    all.sort();
    all
}

fn expected_traces(traces: &[(&str, Option<&str>)]) -> Vec<(String, Option<String>)> {
    traces.iter().map(|(event, trace)| ((*event).to_owned(), trace.map(str::to_owned))).collect()
}

async fn events_of_a_handler_belong_to_the_trace(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, shutdown) = (fixture.live_bus().await, Shutdown::new());
    let (publisher, consumer) = (fixture.service("publisher"), fixture.service("consumer"));
    publish_created(&publisher, "a", Some(ONE)).await;
    publish_created(&publisher, "b", None).await;
    publish_created(&publisher, "c", Some(OTHER)).await;
    publisher.start(&bus, None, &shutdown);
    let echo = Echo { core: consumer.clone(), fails: Arc::default() };
    consumer.start(&bus, Some(consumer.consumers("s").on_with_context(echo, Echo::handle)), &shutdown);
    let all = expected_traces(&[
        ("ticket:created a", Some(ONE)),
        ("ticket:created b", None),
        ("ticket:created c", Some(OTHER)),
        ("ticket:deleted a", Some(ONE)),
        ("ticket:deleted b", None),
        ("ticket:deleted c", Some(OTHER)),
    ]);
    eventually("all events are published", || async { read_traces(&bus).await == all }).await;
    shutdown.trigger();
}

async fn redelivered_event_belongs_to_its_trace(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, shutdown) = (fixture.live_bus().await, Shutdown::new());
    let core = fixture.service("s");
    publish_created(&core, "a", Some(ONE)).await;
    let fails = Arc::new(AtomicU32::new(2));
    let echo = Echo { core: core.clone(), fails: fails.clone() };
    core.start(&bus, Some(core.consumers("s").on_with_context(echo, Echo::handle)), &shutdown);
    let all = expected_traces(&[("ticket:created a", Some(ONE)), ("ticket:deleted a", Some(ONE))]);
    eventually("the event is published once, at the third attempt", || async {
        read_traces(&bus).await == all
    })
    .await;
    assert_eq!(fails.load(Ordering::SeqCst), 0);
    shutdown.trigger();
}

/// One transaction holds the effects of many events, and is run again when one of them fails.
async fn units_of_one_commit_keep_their_own_traces(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let core = fixture.service("s");
    let fails = Arc::new(AtomicU32::new(1));
    let consumers =
        Arc::new(core.consumers("s").on_with_context(Echo { core: core.clone(), fails }, Echo::handle));
    let deliveries = [("a", Some(ONE)), ("b", None), ("c", Some(OTHER))].map(|(ticket, trace)| {
        let mut envelope = fixture.encode(&ticket_created(ticket));
        envelope.trace = trace.map(str::to_owned);
        Delivery { seq: 1, delivery_count: 1, envelope: Arc::new(envelope) }
    });
    let decisions = consumers.apply(deliveries.into()).await.unwrap();
    let outbox = core.outbox.clone();
    let blank = core.db.write(move |tx| outbox.append(tx, &ticket_updated("d", 1)));
    blank.await.map_err(|error: DbError| error).unwrap();
    let appended = core.db.read(|tx| {
        tx.query("SELECT aggregate, trace FROM outbox ORDER BY aggregate", &[], |row| {
            Ok((row.text("aggregate")?, row.column("trace")?))
        })
    });
    let appended = appended.await.map_err(|error: DbError| error).unwrap();
    let all = expected_traces(&[("a", Some(ONE)), ("b", None), ("c", Some(OTHER)), ("d", None)]);
    let failed = decisions.iter().position(|decision| *decision != AckDecision::Ack);
    let done: Vec<_> = (0..all.len()).filter(|it| Some(*it) != failed).map(|it| all[it].clone()).collect();
    assert_eq!(appended, done);
}
