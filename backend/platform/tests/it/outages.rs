//! A database that cannot write for a while: the unit fails as an outage, nothing of it stays, and writing goes on
//! after.

use ticketing_engines::{Engine, Home, OwnDatabase};
use ticketing_platform::args;
use ticketing_platform::db::{Db, DbError, DbOptions, PostgresUrl, Tx};

use crate::databases::{PLACES, open};

const PUT: &str = "INSERT INTO counters (id, n) VALUES ($1, 1)";

async fn count(db: &Db) -> i64 {
    let count = |tx: &mut Tx<'_>| tx.query_one("SELECT COUNT(*) AS n FROM counters", &[], |row| row.int("n"));
    db.read(count).await.unwrap()
}

async fn put(db: &Db, id: &'static str) -> Result<u64, DbError> {
    db.write(move |tx| tx.execute(PUT, args![id])).await
}

#[tokio::test]
async fn read_only_connection_is_replaced() {
    let own = OwnDatabase::create();
    let url: PostgresUrl = own.url().parse().unwrap();
    let url = url.with_connections(2).schema("shop").unwrap();
    let db = Db::open(url, DbOptions::default(), &[PLACES]).unwrap();
    // As after a failover behind a proxy: the session lives on, and its server does not write any more.
    db.write(|tx| tx.execute("SET default_transaction_read_only = on", &[])).await.unwrap();
    put(&db, "a").await.unwrap();
    assert_eq!((count(&db).await, db.stats().repeats), (1, 1));
}

#[tokio::test]
async fn read_only_server_is_an_outage() {
    let own = OwnDatabase::create();
    let url: PostgresUrl = own.url().parse().unwrap();
    let url = url.with_connections(2).schema("shop").unwrap();
    let db = Db::open(url, DbOptions::default(), &[PLACES]).unwrap();
    let read_only = |on: &str| {
        own.psql(&format!(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = {on}', \
             current_database()); END $$"
        ))
    };
    db.write(|tx| tx.execute("SET default_transaction_read_only = on", &[])).await.unwrap();
    read_only("on");
    let refused = put(&db, "a").await.unwrap_err();
    assert!(matches!(refused, DbError::Unavailable(_)) && refused.is_outage(), "{refused:?}");
    assert_eq!(count(&db).await, 0);
    own.psql(
        "SET transaction_read_only = off; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET \
         default_transaction_read_only', current_database()); END $$",
    );
    put(&db, "a").await.unwrap();
    assert_eq!(count(&db).await, 1);
}

#[tokio::test]
async fn full_sqlite_disk_rolls_the_unit_back() {
    let home = Home::on(Engine::Sqlite);
    let db = open(&home);
    db.write(|tx| {
        let pages = tx.query_one("PRAGMA page_count", &[], |row| row.int("page_count"))?;
        tx.query(&format!("PRAGMA max_page_count = {pages}"), &[], |_| Ok(())).map(drop)
    })
    .await
    .map_err(|error: DbError| error)
    .unwrap();
    let large = "x".repeat(200_000);
    let full = db.write(move |tx| {
        let filled = tx.execute(PUT, args![&large]);
        assert!(matches!(filled, Err(DbError::Unavailable(_))), "{filled:?}");
        // SQLite has undone the transaction; a unit that goes on must not write outside of one.
        drop(tx.execute(PUT, args!["small"]));
        Ok::<_, DbError>(())
    });
    let full = full.await.unwrap_err();
    assert!(full.is_outage(), "{full:?}");
    assert_eq!(count(&db).await, 0);
    db.write(|tx| tx.query("PRAGMA max_page_count = 1000000", &[], |_| Ok(())).map(drop))
        .await
        .map_err(|error: DbError| error)
        .unwrap();
    put(&db, "small").await.unwrap();
    assert_eq!(count(&db).await, 1);
}
