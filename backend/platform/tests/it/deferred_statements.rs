//! Statements that a unit posts: it goes on at once, and all the same nothing is lost, misplaced or taken for done.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::future::join_all;
use ticketing_engines::{Engine, Home, on_both};
use ticketing_platform::args;
use ticketing_platform::db::{Db, DbError, Tx};

use crate::databases::open;

on_both! {
    #[tokio::test]
    what_is_posted_is_there_for_what_follows, many_are_done_in_their_order, a_refused_unit_posts_nothing,
    a_failure_is_told, a_unit_hears_of_a_failure_where_it_happens;
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    nobody_loses_what_was_posted;
}

const PUT: &str = "INSERT INTO counters (id, n) VALUES ($1, $2)";

async fn total(db: &Db) -> i64 {
    db.read(sum).await.unwrap()
}

fn sum(tx: &mut Tx<'_>) -> Result<i64, DbError> {
    let sql = "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) AS n FROM counters";
    tx.query_one(sql, &[], |row| row.int("n"))
}

async fn what_is_posted_is_there_for_what_follows(engine: Engine) {
    let home = Home::on(engine);
    let db = open(&home);
    let seen = db.write(|tx| {
        tx.execute_deferred(PUT, args!["a", 1_i64])?;
        let seen = sum(tx)?;
        tx.execute_deferred(PUT, args!["b", 2_i64])?;
        Ok::<_, DbError>(seen)
    });
    assert_eq!((seen.await.unwrap(), total(&db).await), (1, 3));
    // Nothing but what is posted.
    db.write(|tx| tx.execute_deferred(PUT, args!["c", 4_i64])).await.unwrap();
    assert_eq!(total(&db).await, 7);
}

async fn many_are_done_in_their_order(engine: Engine) {
    let home = Home::on(engine);
    let db = open(&home);
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

async fn a_refused_unit_posts_nothing(engine: Engine) {
    let home = Home::on(engine);
    let db = open(&home);
    let refused = db.write(|tx| {
        tx.execute_deferred(PUT, args!["a", 1_i64])?;
        Err::<(), _>(DbError::Busy)
    });
    assert!(matches!(refused.await, Err(DbError::Busy)));
    db.write(|tx| tx.execute_deferred(PUT, args!["b", 2_i64])).await.unwrap();
    assert_eq!(total(&db).await, 2);
}

async fn a_failure_is_told(engine: Engine) {
    let home = Home::on(engine);
    let db = open(&home);
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

async fn a_unit_hears_of_a_failure_where_it_happens(engine: Engine) {
    for followed in [false, true] {
        let home = Home::on(engine);
        let db = open(&home);
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
        let expected = if engine == Engine::Postgres { 2 } else { 1 };
        assert_eq!((runs.load(Ordering::SeqCst), total(&db).await), (expected, 5));
    }
}

async fn nobody_loses_what_was_posted(engine: Engine) {
    let home = Home::on(engine);
    let db = open(&home);
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
