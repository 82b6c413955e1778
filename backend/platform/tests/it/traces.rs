//! The trace that a request belongs to reaches the units of work that it begins, on whatever thread they run.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use futures_util::future::join_all;
use ticketing_engines::{DbEngine, TestDatabases, on_both};
use ticketing_platform::db::{Db, DbError};
use ticketing_platform::telemetry::TraceContext;

use crate::databases::open;
use crate::wire::Server;

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

on_both! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    unit_of_work_continues_the_trace_of_its_caller, request_continues_the_trace_of_its_caller;
}

/// The trace of a unit of work, which the unit stores.
async fn belongs(db: &Db, writes: bool) -> String {
    let unit = |_: &mut ticketing_platform::db::Tx<'_>| {
        Ok::<_, DbError>(TraceContext::current_traceparent().unwrap_or_default())
    };
    if writes { db.write(unit).await.unwrap() } else { db.read(unit).await.unwrap() }
}

async fn unit_of_work_continues_the_trace_of_its_caller(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let db = open(&databases);
    // Many at once, so that they are committed together where that is done.
    let all = join_all((0..40).map(|number| {
        let parent = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{:016x}-01", number + 1);
        let db = &db;
        async move {
            let inside = TraceContext::remote(Some(&parent)).follow(belongs(db, number % 3 != 0)).await;
            let outside = belongs(db, number % 3 != 0).await;
            (inside == parent, outside.is_empty())
        }
    }));
    assert!(all.await.iter().all(|right| *right == (true, true)));
}

async fn request_continues_the_trace_of_its_caller(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let unit = |State(db): State<Db>| async move { belongs(&db, true).await };
    let router = Router::new().route("/unit", get(unit)).with_state(open(&databases));
    let server = Server::start(router).await;
    let mut client = server.connect().await;
    for (sent, expected) in
        [(PARENT, PARENT), ("nonsense", ""), (&PARENT.replace("-01", "-00"), &PARENT.replace("-01", "-00"))]
    {
        let reply = client.send("GET /unit", &[("traceparent", sent)], "").await;
        assert_eq!((reply.status, reply.body.as_str()), (200, expected), "{sent}");
        // The next request on this connection has no trace context.
        assert_eq!(client.send("GET /unit", &[], "").await.body, "");
    }
    let twice = [("traceparent", PARENT), ("traceparent", PARENT)];
    assert_eq!(client.send("GET /unit", &twice, "").await.body, "");
}
