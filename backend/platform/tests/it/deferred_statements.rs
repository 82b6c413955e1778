//! Deferred statements: the unit continues at once, and no statement is lost, reordered or reported as done too early.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::future::join_all;
use ticketing_engines::{DbEngine, TestDatabases, on_both};
use ticketing_platform::args;
use ticketing_platform::db::{Db, DbError, Tx};

use crate::databases::open;

on_both! {
    #[tokio::test]
    deferred_change_is_visible_to_later_statements, deferred_statements_run_in_order,
    failed_unit_runs_no_deferred_statement, failure_of_a_deferred_statement_is_returned,
    rerun_returns_the_failure_at_the_statement;
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    concurrent_deferred_updates_are_not_lost;
}

const PUT: &str = "INSERT INTO counters (id, n) VALUES ($1, $2)";

async fn total(db: &Db) -> i64 {
    db.read(sum).await.unwrap()
}

fn sum(tx: &mut Tx<'_>) -> Result<i64, DbError> {
    let sql = "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) AS n FROM counters";
    tx.query_one(sql, &[], |row| row.int("n"))
}

async fn deferred_change_is_visible_to_later_statements(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let db = open(&databases);
    let seen = db.write(|tx| {
        tx.execute_deferred(PUT, args!["a", 1_i64])?;
        let seen = sum(tx)?;
        tx.execute_deferred(PUT, args!["b", 2_i64])?;
        Ok::<_, DbError>(seen)
    });
    assert_eq!((seen.await.unwrap(), total(&db).await), (1, 3));
    // Only a deferred statement.
    db.write(|tx| tx.execute_deferred(PUT, args!["c", 4_i64])).await.unwrap();
    assert_eq!(total(&db).await, 7);
}

async fn deferred_statements_run_in_order(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let db = open(&databases);
    db.write(|tx| {
        tx.execute_deferred(PUT, args!["a", 1_i64])?;
        for _ in 0..20 {
            tx.execute_deferred("UPDATE counters SET n = n * 2", &[])?;
            tx.execute_deferred("UPDATE counters SET n = n - 1", &[])?;
        }
        tx.execute_deferred("UPDATE counters SET n = n + 1 WHERE n = 1", &[])
    })
    .await
    .unwrap();
    assert_eq!(total(&db).await, 2);
}

async fn failed_unit_runs_no_deferred_statement(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let db = open(&databases);
    let refused = db.write(|tx| {
        tx.execute_deferred(PUT, args!["a", 1_i64])?;
        Err::<(), _>(DbError::Busy)
    });
    assert!(matches!(refused.await, Err(DbError::Busy)));
    db.write(|tx| tx.execute_deferred(PUT, args!["b", 2_i64])).await.unwrap();
    assert_eq!(total(&db).await, 2);
}

async fn failure_of_a_deferred_statement_is_returned(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let db = open(&databases);
    db.write(|tx| tx.execute_deferred(PUT, args!["a", 1_i64])).await.unwrap();
    let refused = db.write(|tx| {
        tx.execute_deferred(PUT, args!["b", 2_i64])?;
        tx.execute_deferred(PUT, args!["a", 4_i64])
    });
    let refused = refused.await;
    assert!(
        matches!(&refused, Err(DbError::Unique { constraint }) if constraint == "counters_pkey"),
        "{refused:?}"
    );
    assert_eq!(total(&db).await, 1);
}

async fn rerun_returns_the_failure_at_the_statement(engine: DbEngine) {
    for followed in [false, true] {
        let databases = TestDatabases::on(engine);
        let db = open(&databases);
        let runs = Arc::new(AtomicU32::new(0));
        let counted = runs.clone();
        let refused = db.write(move |tx| {
            counted.fetch_add(1, Ordering::SeqCst);
            tx.execute_deferred(PUT, args!["a", 1_i64])?;
            let refused = tx.savepoint(|tx| tx.execute_deferred(PUT, args!["a", 2_i64])).is_err();
            // Whether it comes out here or with the commit.
            if followed {
                sum(tx)?;
            }
            tx.execute_deferred(PUT, args!["b", 4_i64])?;
            Ok::<_, DbError>(refused)
        });
        assert!(refused.await.unwrap());
        // Where it is sent later: once in hope, once with savepoints.
        let expected = if engine == DbEngine::Postgres { 2 } else { 1 };
        assert_eq!((runs.load(Ordering::SeqCst), total(&db).await), (expected, 5));
    }
}

async fn concurrent_deferred_updates_are_not_lost(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let db = open(&databases);
    db.write(|tx| tx.execute_deferred(PUT, args!["a", 0_i64])).await.unwrap();
    let add = || async {
        for _ in 0..25 {
            db.write(|tx| {
                let n = sum(tx)?;
                tx.execute_deferred("UPDATE counters SET n = $1 WHERE id = 'a'", args![n + 1])
            })
            .await
            .unwrap();
        }
    };
    join_all((0..4).map(|_| add())).await;
    assert_eq!(total(&db).await, 100);
}
