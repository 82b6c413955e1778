//! A database that cannot write for a while: the unit fails as an outage and has no effect, and writes succeed again
//! afterwards.

use ticketing_engines::{DbEngine, OwnDatabase, TestDatabases};
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
    // As after a failover behind a proxy: the session survives on a server that is now read-only.
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
    let databases = TestDatabases::on(DbEngine::Sqlite);
    let db = open(&databases);
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
        // SQLite has undone the transaction; a unit that continues must not write outside of one.
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

#[tokio::test]
async fn full_disk_gets_back_the_room_of_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    let db = Db::open(path.clone(), DbOptions::default(), &[PLACES]).unwrap();
    let log = || std::fs::metadata(path.with_file_name("shop.db-wal")).unwrap().len();
    for id in ["a", "b", "c"] {
        put(&db, id).await.unwrap();
    }
    assert!(log() > 0);
    let full = db.write(|tx| {
        let pages = tx.query_one("PRAGMA page_count", &[], |row| row.int("page_count"))?;
        tx.query(&format!("PRAGMA max_page_count = {pages}"), &[], |_| Ok(()))?;
        tx.execute(PUT, args![&"x".repeat(200_000)])
    });
    assert!(full.await.unwrap_err().is_outage());
    assert_eq!(log(), 0, "its pages are in the database");
    put(&db, "small").await.unwrap();
    assert_eq!(count(&db).await, 4, "the log of this database was cut on purpose");
}

#[tokio::test]
async fn long_log_of_a_killed_process_is_emptied_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let (killed, copy) = (folder.path().join("killed.db"), folder.path().join("shop.db"));
    let db = Db::open(killed.clone(), DbOptions::default(), &[PLACES]).unwrap();
    put(&db, "a").await.unwrap();
    std::fs::copy(&killed, &copy).unwrap();
    std::fs::copy(folder.path().join("killed.db-wal"), folder.path().join("shop.db-wal")).unwrap();
    let db = Db::open(copy, DbOptions::default(), &[PLACES]).unwrap();
    assert_eq!(std::fs::metadata(folder.path().join("shop.db-wal")).unwrap().len(), 0);
    assert_eq!(count(&db).await, 1);
}
