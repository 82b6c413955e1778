//! The relay: what was committed is published, in the order of the commits, and marked.

use futures_util::future::join_all;
use ticketing_bus::ServiceCore;
use ticketing_engines::{DbEngine, Shape, eventually, on_shapes};
use ticketing_platform::db::DbError;
use ticketing_platform::shutdown::Shutdown;

use crate::support::{Fixture, UNMARKED, count, note, ticket_created, ticket_updated};

on_shapes! {
    [embedded, postgres, nats, postgres_and_nats]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    events_are_published_in_the_order_of_their_commits;
    [embedded, postgres, nats, postgres_and_nats]
    #[tokio::test]
    rolled_back_change_publishes_nothing, long_outbox_is_published_completely;
}

async fn events_are_published_in_the_order_of_their_commits(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, shutdown) = (fixture.bus().await, fixture.service("s"), Shutdown::new());
    core.start(&bus, None, &shutdown);
    let writers: Vec<_> = (0..10).map(|writer| tokio::spawn(life_of(core.clone(), writer))).collect();
    for writer in join_all(writers).await {
        writer.unwrap();
    }
    eventually("all is marked", || async { count(&core, UNMARKED).await == 0 }).await;
    let published = bus.recent(1000).await.unwrap();
    assert_eq!(published.len(), 200);
    if shape.engine() == DbEngine::Sqlite {
        assert!(published.is_sorted_by_key(|event| event.id.clone()), "identifiers rise with the commits");
    }
    for writer in 0..10 {
        let ticket = format!("t{writer}");
        let versions = published.iter().filter(|event| event.aggregate == ticket).map(|event| event.version);
        assert!(versions.eq(0..20), "the versions of {ticket}");
    }
}

async fn life_of(core: ServiceCore, writer: i64) {
    for version in 0..20 {
        let outbox = core.outbox.clone();
        let appended = core.db.write(move |tx| {
            let ticket = format!("t{writer}");
            match version {
                0 => outbox.append(tx, &ticket_created(&ticket)),
                _ => outbox.append(tx, &ticket_updated(&ticket, version)),
            }
        });
        appended.await.map_err(|error: DbError| error).unwrap();
    }
}

async fn rolled_back_change_publishes_nothing(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, shutdown) = (fixture.bus().await, fixture.service("s"), Shutdown::new());
    core.start(&bus, None, &shutdown);
    let outbox = core.outbox.clone();
    let undone = core.db.write(move |tx| {
        note(tx, "t", 0)?;
        outbox.append(tx, &ticket_created("undone"))?;
        Err::<(), _>(DbError::Statement("no".to_owned()))
    });
    undone.await.unwrap_err();
    let outbox = core.outbox.clone();
    let done = core.db.write(move |tx| {
        // Only the savepoint is rolled back; the rest of the unit commits.
        let refused = tx.savepoint(|tx| {
            outbox.append(tx, &ticket_created("refused"))?;
            Err::<(), _>(DbError::Statement("no".to_owned()))
        });
        assert!(refused.is_err());
        outbox.append(tx, &ticket_created("done"))
    });
    done.await.unwrap();
    eventually("all is marked", || async { count(&core, UNMARKED).await == 0 }).await;
    let published: Vec<String> =
        bus.recent(10).await.unwrap().into_iter().map(|event| event.aggregate).collect();
    assert_eq!(published, ["done"]);
    assert_eq!(count(&core, "SELECT COUNT(*) AS n FROM notes").await, 0);
}

async fn long_outbox_is_published_completely(shape: Shape) {
    let fixture = Fixture::on(shape).await;
    let (bus, core, shutdown) = (fixture.bus().await, fixture.service("s"), Shutdown::new());
    let outbox = core.outbox.clone();
    let appended = core.db.write(move |tx| {
        outbox.append(tx, &ticket_created("t"))?;
        (1..2500).try_for_each(|version| outbox.append(tx, &ticket_updated("t", version)).map(drop))
    });
    appended.await.map_err(|error: DbError| error).unwrap();
    core.start(&bus, None, &shutdown);
    eventually("all is marked", || async { count(&core, UNMARKED).await == 0 }).await;
    let published = bus.recent(3000).await.unwrap();
    assert!(published.iter().map(|event| event.version).eq(0..2500));
}
