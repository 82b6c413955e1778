//! Several processes of one service on one database: their events are published once and in order, and take effect once.

use std::time::Duration;

use futures_util::future::join_all;
use ticketing_bus::{Bus, ServiceCore};
use ticketing_engines::{Shape, eventually};
use ticketing_platform::args;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::shutdown::Shutdown;
use ticketing_sdk::Timestamp;

use crate::support::{
    Fixture, UNMARKED, count, notes, on_created, on_updated, ticket_created, ticket_updated,
};

/// Two processes of one service, the clock of the second a day behind.
fn replicas(fixture: &Fixture) -> [ServiceCore; 2] {
    let late = Clock::manual(Timestamp::from_millis(1_699_913_600_000));
    [fixture.service("s"), fixture.service_with("s", late)]
}

/// Writes the next version of a ticket and its event in one unit, as a service does.
async fn change(core: &ServiceCore, ticket: &str) {
    let (outbox, ticket) = (core.outbox.clone(), ticket.to_owned());
    let changed = core.db.write(move |tx: &mut Tx<'_>| {
        let sql = "INSERT INTO copies (id, version) VALUES ($1, 0) \
                   ON CONFLICT (id) DO UPDATE SET version = copies.version + 1 RETURNING version";
        match tx.query_one(sql, args![&ticket], |row| row.int("version"))? {
            0 => outbox.append(tx, &ticket_created(&ticket)),
            version => outbox.append(tx, &ticket_updated(&ticket, version)),
        }
    });
    changed.await.map_err(|error: DbError| error).unwrap();
}

async fn is_in_order(bus: &Bus, tickets: i64, versions: i64) {
    let published = bus.recent(10_000).await.unwrap();
    assert_eq!(i64::try_from(published.len()).unwrap(), tickets * versions, "each event once");
    for ticket in 0..tickets {
        let ticket = format!("t{ticket}");
        let versions_published =
            published.iter().filter(|event| event.aggregate == ticket).map(|event| event.version);
        assert!(versions_published.eq(0..versions), "the versions of {ticket}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn events_of_one_aggregate_from_replicas_stay_ordered() {
    let fixture = Fixture::on(Shape::Postgres).await;
    let (bus, replicas, shutdown) = (fixture.bus().await, replicas(&fixture), Shutdown::new());
    for replica in &replicas {
        replica.start(&bus, None, &shutdown);
    }
    // Each ticket is changed by both in turn, so its identifiers fall and rise by a day.
    let lives = (0..8).map(|ticket| {
        let replicas = replicas.clone();
        tokio::spawn(async move {
            for version in 0..20 {
                change(&replicas[version % 2], &format!("t{ticket}")).await;
            }
        })
    });
    for life in join_all(lives).await {
        life.unwrap();
    }
    eventually("all is marked", || async { count(&replicas[0], UNMARKED).await == 0 }).await;
    is_in_order(&bus, 8, 20).await;
    let ids: Vec<String> = bus.recent(10_000).await.unwrap().into_iter().map(|event| event.id).collect();
    assert!(!ids.is_sorted(), "their clocks differ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn events_of_a_slow_transaction_are_not_skipped() {
    let fixture = Fixture::on(Shape::Postgres).await;
    let (bus, [core, other], shutdown) = (fixture.bus().await, replicas(&fixture), Shutdown::new());
    core.start(&bus, None, &shutdown);
    let (begun, has_begun) = std::sync::mpsc::channel();
    let (go_on, waits) = std::sync::mpsc::channel();
    let waits = std::sync::Mutex::new(waits);
    let outbox = other.outbox.clone();
    let slow = tokio::spawn(async move {
        other
            .db
            .write(move |tx| {
                let appended = outbox.append(tx, &ticket_created("slow"))?;
                // A transaction that takes its time, as no unit of the product does.
                begun.send(()).unwrap();
                waits.lock().unwrap().recv_timeout(Duration::from_secs(20)).unwrap();
                Ok::<_, DbError>(appended)
            })
            .await
    });
    tokio::task::spawn_blocking(move || has_begun.recv().unwrap()).await.unwrap();
    change(&core, "quick").await;
    eventually("the quick one is on the bus", || async { bus.recent(10).await.unwrap().len() == 1 }).await;
    go_on.send(()).unwrap();
    slow.await.unwrap().unwrap();
    eventually("so is the slow one", || async { bus.recent(10).await.unwrap().len() == 2 }).await;
    eventually("all is marked", || async { count(&core, UNMARKED).await == 0 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn standby_replica_takes_over_publishing() {
    let fixture = Fixture::on(Shape::Postgres).await;
    let (bus, [first, second]) = (fixture.bus().await, replicas(&fixture));
    let holder = "SELECT COUNT(DISTINCT holder) AS n FROM leases";
    let (ending, shutdown) = (Shutdown::new(), Shutdown::new());
    first.start(&bus, None, &ending);
    eventually("the first has the lease", || async { count(&first, holder).await == 1 }).await;
    second.start(&bus, None, &shutdown);
    change(&second, "t0").await;
    eventually("the first replica publishes the event of the second", || async {
        bus.recent(10).await.unwrap().len() == 1
    })
    .await;
    ending.trigger();
    assert!(ending.wait(Duration::from_secs(5)).await);
    change(&first, "t0").await;
    eventually("the second takes over", || async { bus.recent(10).await.unwrap().len() == 2 }).await;
    shutdown.trigger();
    assert!(shutdown.wait(Duration::from_secs(5)).await);
    assert_eq!(count(&first, "SELECT COUNT(*) AS n FROM leases").await, 0, "it was given back");
    is_in_order(&bus, 1, 2).await;
}

#[tokio::test]
async fn released_lease_notifies_other_replicas() {
    let fixture = Fixture::on(Shape::Postgres).await;
    let (bus, [holder, other], ending) = (fixture.bus().await, replicas(&fixture), Shutdown::new());
    let leases = "SELECT COUNT(*) AS n FROM leases";
    holder.start(&bus, None, &ending);
    eventually("it has the lease", || async { count(&holder, leases).await == 1 }).await;
    // The other replica waits for the signal of its outbox; nothing is appended.
    let signal = other.outbox.append_signal();
    other.db.share_signal("outbox", signal);
    eventually("the replica listens and polls once", || async { signal.notifications() == 1 }).await;
    ending.trigger();
    eventually("the replica is notified", || async { signal.notifications() == 2 }).await;
    assert_eq!(count(&other, leases).await, 0);
}

#[tokio::test]
async fn lease_of_a_vanished_replica_expires() {
    let fixture = Fixture::on(Shape::Postgres).await;
    let (bus, core, shutdown) = (fixture.bus().await, fixture.service("s"), Shutdown::new());
    let until = (Clock::system().now() + Duration::from_secs(3)).as_millis();
    let vanished = core.db.write(move |tx| {
        let sql = "INSERT INTO leases (name, holder, expires_at) VALUES ('relay', 'vanished', $1)";
        tx.execute(sql, args![until])
    });
    vanished.await.unwrap();
    core.start(&bus, None, &shutdown);
    change(&core, "t0").await;
    eventually("it is on the bus", || async { bus.recent(10).await.unwrap().len() == 1 }).await;
    assert!(Clock::system().now().as_millis() >= until, "not before the lease has run out");
}

#[tokio::test]
async fn restored_rows_of_another_server_are_published_first() {
    let fixture = Fixture::on(Shape::Postgres).await;
    let (bus, core, shutdown) = (fixture.bus().await, fixture.service("s"), Shutdown::new());
    for _ in 0..3 {
        change(&core, "t0").await;
    }
    let ahead = core.db.write(|tx| tx.execute("UPDATE outbox SET xact = xact + 1000000000", &[]));
    ahead.await.unwrap();
    core.start(&bus, None, &shutdown);
    eventually("they are on the bus", || async { bus.recent(10).await.unwrap().len() == 3 }).await;
    change(&core, "t0").await;
    eventually("so is the next", || async { bus.recent(10).await.unwrap().len() == 4 }).await;
    is_in_order(&bus, 1, 4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn replicas_apply_each_duplicate_delivery_once() {
    let fixture = Fixture::on(Shape::Postgres).await;
    let (bus, replicas, shutdown) = (fixture.live_bus().await, replicas(&fixture), Shutdown::new());
    let events: Vec<_> = ["a", "b", "c"].into_iter().flat_map(|ticket| fixture.history(ticket, 30)).collect();
    for replica in &replicas {
        replica.start(&bus, Some(replica.consumers("s").on(on_created).on(on_updated)), &shutdown);
    }
    for batch in events.chunks(10) {
        bus.publish(batch.to_vec()).await.unwrap();
    }
    eventually("all events are applied", || async { notes(&replicas[0]).await.len() == 90 }).await;
    eventually("all is settled", || async { bus.backlog().await.unwrap() == 0 }).await;
    let notes = notes(&replicas[0]).await;
    for ticket in ["a", "b", "c"] {
        let applied: Vec<&String> = notes.iter().filter(|note| note.starts_with(ticket)).collect();
        let expected: Vec<String> = (0..30).map(|version| format!("{ticket}/{version}")).collect();
        assert!(applied.iter().copied().eq(&expected), "{applied:?}");
    }
    assert!(bus.dead_letters().await.unwrap().is_empty());
}
