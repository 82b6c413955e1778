//! An outage of the database is no failure of an event: consumers wait for its end, and dead-letter nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use ticketing_bus::{AckDecision, ApplyOutcome, DeliveryLimits, ServiceCore};
use ticketing_engines::{DbEngine, Shape, eventually, on_shapes};
use ticketing_events::TicketCreated;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Dialect, Tx};
use ticketing_platform::shutdown::Shutdown;

use crate::support::{
    CREATED_AND_UPDATED, Fault, FaultyHandler, Fixture, count, note, notes, on_created, on_updated,
};

on_shapes! {
    [embedded, postgres, nats, postgres_and_nats]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    full_disk_sets_no_event_aside, outage_that_one_event_meets_is_not_charged_to_it;
    [postgres, postgres_and_nats]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    consumer_backs_off_while_only_its_writes_fail, failed_kind_of_write_is_not_ready_until_it_succeeds;
    [embedded, postgres]
    #[tokio::test]
    event_that_kills_the_process_is_dead_lettered;
    [nats]
    #[tokio::test]
    event_delivered_often_still_waits_for_its_predecessor;
    [embedded, nats]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    locked_database_sets_no_event_aside;
}

/// Limits with which an event is dead-lettered after its first failure.
const STRICT: DeliveryLimits = DeliveryLimits {
    failures: 1,
    out_of_order: Duration::from_secs(60),
    unhandled: Duration::from_secs(600),
};

async fn run(core: &ServiceCore, sql: &'static str) {
    let ran: Result<_, DbError> = core.db.write(move |tx| tx.execute(sql, &[])).await;
    ran.unwrap();
}

/// From now on there is no room for what the handlers write.
async fn fill_disk(core: &ServiceCore) {
    if core.db.dialect() == Dialect::Postgres {
        run(
            core,
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS \
             'BEGIN RAISE EXCEPTION ''no space left'' USING ERRCODE = ''53100''; END'",
        )
        .await;
        run(
            core,
            "CREATE TRIGGER full_disk BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION full_disk()",
        )
        .await;
        return;
    }
    let pages: Result<_, DbError> = core
        .db
        .write(|tx| {
            let pages = tx.query_one("PRAGMA page_count", &[], |row| row.int("page_count"))?;
            tx.query(&format!("PRAGMA max_page_count = {pages}"), &[], |_| Ok(()))
        })
        .await;
    pages.unwrap();
    for size in [1000, 1] {
        let filler = "x".repeat(size);
        let insert = "INSERT INTO notes (aggregate, version) VALUES ($1, -1)";
        loop {
            let filler = filler.clone();
            if core.db.write(move |tx| tx.execute(insert, args![&filler])).await.is_err() {
                break;
            }
        }
    }
}

async fn free_disk(core: &ServiceCore) {
    if core.db.dialect() == Dialect::Postgres {
        return run(core, "DROP TRIGGER full_disk ON notes").await;
    }
    let freed: Result<_, DbError> = core
        .db
        .write(|tx| {
            tx.query("PRAGMA max_page_count = 1000000", &[], |_| Ok(()))?;
            tx.execute("DELETE FROM notes WHERE version = -1", &[])
        })
        .await;
    freed.unwrap();
}

async fn full_disk_sets_no_event_aside(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, shutdown) = (fixture.live_bus().await, fixture.service("s"), Shutdown::new());
    let consumers = core.consumers("s").on(on_created).on(on_updated).with_limits(STRICT);
    core.start(&bus, Some(consumers), &shutdown);
    bus.publish(fixture.history("before", 1)).await.unwrap();
    eventually("it works", || async { notes(&core).await == ["before/0"] }).await;
    core.check_writable().await.unwrap();
    fill_disk(&core).await;
    for ticket in 0..5 {
        bus.publish(fixture.history(&format!("t{ticket}"), 4)).await.unwrap();
    }
    eventually("the service says that it cannot work", || async { core.check_writable().await.is_err() })
        .await;
    assert_eq!(count(&core, "SELECT COUNT(*) AS n FROM inbox").await, 1);
    free_disk(&core).await;
    eventually("all take effect", || async { notes(&core).await.len() == 21 }).await;
    eventually("nothing waits", || async { bus.backlog().await.unwrap() == 0 }).await;
    assert!(bus.dead_letters().await.unwrap().is_empty());
    eventually("the service says that it can work", || async { core.check_writable().await.is_ok() }).await;
    shutdown.trigger();
}

/// The probe finds room for its row; the effect of an event finds none.
async fn consumer_backs_off_while_only_its_writes_fail(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, shutdown) = (fixture.live_bus().await, fixture.service("s"), Shutdown::new());
    let tries = Arc::new(AtomicI64::new(0));
    core.start(
        &bus,
        Some(
            core.consumers("s")
                .on_with_context(CountsCreated(tries.clone()), CountsCreated::handle)
                .with_limits(STRICT),
        ),
        &shutdown,
    );
    fill_disk(&core).await;
    let began = std::time::Instant::now();
    bus.publish(fixture.history("t", 1)).await.unwrap();
    eventually("it is tried again", || async { tries.load(Ordering::SeqCst) >= 12 }).await;
    // Two runs each, the second one with savepoints, and pauses of 50, 100, … ms, which jitter may halve.
    assert!(began.elapsed() >= Duration::from_millis(700), "{:?}", began.elapsed());
    assert!(core.check_writable().await.is_err());
    free_disk(&core).await;
    eventually("it takes effect", || async { notes(&core).await == ["t/0"] }).await;
    eventually("the service says that it can work", || async { core.check_writable().await.is_ok() }).await;
    shutdown.trigger();
}

async fn failed_kind_of_write_is_not_ready_until_it_succeeds(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let core = fixture.service("s");
    let insert = || core.db.write(|tx| note(tx, "t", 0));
    let renew = "INSERT INTO leases (name, holder, expires_at) VALUES ('a', 'b', 1)";
    fill_disk(&core).await;
    core.check_writable().await.unwrap();
    assert!(insert().await.unwrap_err().is_outage());
    run(&core, renew).await;
    assert!(core.check_writable().await.is_err(), "another kind of write proves nothing");
    free_disk(&core).await;
    insert().await.unwrap();
    core.check_writable().await.unwrap();
}

async fn outage_that_one_event_meets_is_not_charged_to_it(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, shutdown) = (fixture.live_bus().await, fixture.service("s"), Shutdown::new());
    let handler = FaultyHandler::new(Fault::Outage);
    core.start(
        &bus,
        Some(core.consumers("s").on_with_context(handler.clone(), FaultyHandler::handle).with_limits(STRICT)),
        &shutdown,
    );
    for ticket in ["a", "bad", "b"] {
        bus.publish(fixture.history(ticket, 1)).await.unwrap();
    }
    eventually("the others go on", || async { notes(&core).await.len() == 2 && handler.calls() >= 3 }).await;
    assert!(bus.dead_letters().await.unwrap().is_empty());
    handler.set_fault(Fault::Fine);
    eventually("it takes effect", || async { notes(&core).await.contains(&"bad/0".to_owned()) }).await;
    eventually("nothing waits", || async { bus.backlog().await.unwrap() == 0 }).await;
    assert!(bus.dead_letters().await.unwrap().is_empty());
    shutdown.trigger();
}

async fn locked_database_sets_no_event_aside(shape: Shape) {
    assert_eq!(shape.engine(), DbEngine::Sqlite);
    let fixture = Fixture::on(shape).await;
    let (bus, core, shutdown) = (fixture.live_bus().await, fixture.service("s"), Shutdown::new());
    core.start(&bus, Some(core.consumers("s").on(on_created).with_limits(STRICT)), &shutdown);
    // Another process holds the write lock and does not commit.
    let other = fixture.service("s");
    let (locked, is_locked) = tokio::sync::oneshot::channel();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let (locked, released) = (std::sync::Mutex::new(Some(locked)), std::sync::Mutex::new(released));
    let lock = tokio::spawn(async move {
        let unit = other.db.write(move |_| {
            if let Some(locked) = locked.lock().unwrap().take() {
                locked.send(()).unwrap();
            }
            released.lock().unwrap().recv().unwrap();
            Ok::<_, DbError>(())
        });
        unit.await.unwrap();
    });
    is_locked.await.unwrap();
    bus.publish(fixture.history("t", 1)).await.unwrap();
    eventually("the service says that it cannot work", || async { core.check_writable().await.is_err() })
        .await;
    release.send(()).unwrap();
    lock.await.unwrap();
    eventually("it takes effect", || async { notes(&core).await == ["t/0"] }).await;
    assert!(bus.dead_letters().await.unwrap().is_empty());
    shutdown.trigger();
}

/// A delivery is no attempt: a server delivers an event again for many reasons that are not the event's.
async fn event_delivered_often_still_waits_for_its_predecessor(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, shutdown) = (fixture.bus().await, fixture.service("s"), Shutdown::new());
    let mut history = fixture.history("t", 2);
    bus.publish(history.split_off(1)).await.unwrap();
    let mut subscription = bus.subscribe("s", CREATED_AND_UPDATED.to_vec()).await.unwrap();
    for _ in 0..70 {
        let delivery = subscription.next(1).await.unwrap().remove(0);
        let retry = AckDecision::Nak { after: Duration::ZERO, cause: "away".to_owned() };
        subscription.acknowledge(vec![(delivery, retry)]).await.unwrap();
    }
    drop(subscription);
    let tries = Arc::new(AtomicI64::new(0));
    let counted = CountsCreated(tries.clone());
    core.start(
        &bus,
        Some(
            core.consumers("s")
                .on_with_context(counted, CountsCreated::handle)
                .on(on_updated)
                .with_limits(STRICT),
        ),
        &shutdown,
    );
    bus.publish(fixture.history("other", 1)).await.unwrap();
    eventually("the consumer works", || async { tries.load(Ordering::SeqCst) == 1 }).await;
    assert!(bus.dead_letters().await.unwrap().is_empty());
    bus.publish(history).await.unwrap();
    eventually("both take effect", || async {
        notes(&core).await.ends_with(&["t/0".to_owned(), "t/1".to_owned()])
    })
    .await;
    assert!(bus.dead_letters().await.unwrap().is_empty());
    shutdown.trigger();
}

/// Counts its calls.
struct CountsCreated(Arc<AtomicI64>);

impl CountsCreated {
    fn handle(&self, tx: &mut Tx<'_>, event: &TicketCreated) -> Result<ApplyOutcome, DbError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        on_created(tx, event)
    }
}

/// Looks whether it was noted that the event is being handled.
struct SeesNote(Arc<AtomicI64>);

impl SeesNote {
    fn handle(&self, tx: &mut Tx<'_>, event: &TicketCreated) -> Result<ApplyOutcome, DbError> {
        let sql = "SELECT MIN(unfinished) AS unfinished FROM delivery_failures";
        let noted = tx.query_one(sql, &[], |row| row.column::<Option<i64>>("unfinished"))?;
        self.0.store(noted.unwrap_or(0), Ordering::SeqCst);
        note(tx, event.id.as_str(), event.version)?;
        Ok(ApplyOutcome::Done)
    }
}

async fn event_that_kills_the_process_is_dead_lettered(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, shutdown) = (fixture.live_bus().await, fixture.service("s"), Shutdown::new());
    let events = [fixture.history("kills", 1), fixture.history("fine", 1)].concat();
    let killer = events[0].id.clone();
    bus.publish(events).await.unwrap();
    // Ten processes have started to handle it, and none has finished.
    let noted: Result<_, DbError> = core
        .db
        .write(move |tx| {
            let sql = "INSERT INTO delivery_failures (event_id, name, failures, unfinished, cause) \
                       VALUES ($1, 'ticket:created', 0, 10, '')";
            tx.execute(sql, args![&killer])
        })
        .await;
    noted.unwrap();
    let seen = Arc::new(AtomicI64::new(-1));
    core.start(
        &bus,
        Some(core.consumers("s").on_with_context(SeesNote(seen.clone()), SeesNote::handle)),
        &shutdown,
    );
    eventually("the other is handled", || async { notes(&core).await == ["fine/0"] }).await;
    assert_eq!(seen.load(Ordering::SeqCst), 1, "that it is begun is noted before");
    eventually("it is set aside", || async { bus.dead_letters().await.unwrap().len() == 1 }).await;
    let letter = bus.dead_letters().await.unwrap().remove(0);
    assert_eq!((letter.attempts, letter.envelope.aggregate.as_str()), (10, "kills"));
    assert_eq!(count(&core, "SELECT COUNT(*) AS n FROM delivery_failures").await, 0);
    bus.replay("s", letter.seq).await.unwrap();
    eventually("it is tried again", || async { notes(&core).await == ["fine/0", "kills/0"] }).await;
    shutdown.trigger();
}
