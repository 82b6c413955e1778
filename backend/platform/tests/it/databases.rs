//! The guarantees of the database interface, on both databases.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use ticketing_engines::{DbEngine, TestDatabases, on_both};
use ticketing_platform::args;
use ticketing_platform::db::{Db, DbError, DbOptions, Migrations, OpenError, Tx};
use ticketing_platform::signal::Signal;

pub(crate) const PLACES: Migrations = Migrations {
    part: "places",
    scripts: &[(
        "V1__places",
        "CREATE TABLE places (id BIGINT PRIMARY KEY, owner TEXT, hall TEXT NOT NULL CHECK (hall <> 'roof'));
         CREATE UNIQUE INDEX places_owner_hall ON places (owner, hall);
         CREATE TABLE counters (id TEXT PRIMARY KEY, n BIGINT NOT NULL);
         CREATE TABLE guards (id TEXT PRIMARY KEY, on_duty BIGINT NOT NULL);",
    )],
};

on_both! {
    #[tokio::test]
    values_are_read_as_written, failed_unit_changes_nothing, unique_violation_names_the_index,
    savepoint_undoes_only_its_own_changes, panic_of_a_unit_is_returned_as_an_error,
    failed_statement_returns_its_error, signals_are_notified_after_the_commit, read_unit_cannot_write,
    text_is_ordered_by_code_points, statement_cache_survives_many_statements, migrations_are_applied_once,
    changed_migration_is_refused, database_of_a_development_version_is_refused_unchanged;
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    concurrent_updates_are_not_lost, write_skew_is_prevented, snapshots_are_consistent;
}

pub(crate) fn open(databases: &TestDatabases) -> Db {
    Db::open(databases.database("halls"), DbOptions::default(), &[PLACES]).unwrap()
}

fn put(tx: &mut Tx<'_>, id: i64, owner: Option<&str>, hall: &str) -> Result<(), DbError> {
    tx.execute("INSERT INTO places (id, owner, hall) VALUES ($1, $2, $3)", args![id, owner, hall]).map(drop)
}

async fn count(db: &Db) -> i64 {
    let count = |tx: &mut Tx<'_>| tx.query_one("SELECT COUNT(*) AS n FROM places", &[], |row| row.int("n"));
    db.read(count).await.unwrap()
}

async fn values_are_read_as_written(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let db = open(&databases);
    let written = db.write(|tx| {
        put(tx, i64::MIN, None, "")?;
        put(tx, i64::MAX, Some("'; DROP TABLE places; -- \u{1F3AB}\u{7}é"), "main")?;
        // The number in the name counts, not the order of appearance.
        let sql = "UPDATE places SET hall = $2 WHERE id = $1 AND owner IS NULL RETURNING id, hall";
        tx.query_one(sql, args![i64::MIN, "side"], |row| Ok((row.int("id")?, row.text("hall")?)))
    });
    assert_eq!(written.await.unwrap(), (i64::MIN, "side".to_owned()));
    let all = db.read(|tx| {
        tx.query("SELECT id, owner, hall, 1 AS one FROM places ORDER BY id", &[], |row| {
            assert!(row.text("nothing").is_err() && row.int("hall").is_err());
            Ok((row.int("id")?, row.column("owner")?, row.text("hall")?))
        })
    });
    let all = all.await.map_err(|error: DbError| error).unwrap();
    let odd = "'; DROP TABLE places; -- \u{1F3AB}\u{7}é".to_owned();
    assert_eq!(all, [(i64::MIN, None, "side".to_owned()), (i64::MAX, Some(odd), "main".to_owned())]);
    let empty =
        db.read(|tx| tx.query_one("SELECT owner FROM places WHERE id < 0", &[], |row| row.text("owner")));
    assert!(matches!(empty.await, Err(DbError::Statement(_))), "what is empty is no text");
}

async fn failed_unit_changes_nothing(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let db = open(&databases);
    let refused = db.write(|tx| {
        put(tx, 1, None, "main")?;
        Err::<(), _>(DbError::Busy)
    });
    assert!(matches!(refused.await, Err(DbError::Busy)));
    assert_eq!((count(&db).await, db.stats().units), (0, 0));
    db.write(|tx| put(tx, 1, None, "main")).await.unwrap();
    assert_eq!((count(&db).await, db.stats().units), (1, 1));
    db.write_read_committed(|tx| put(tx, 2, None, "main")).await.unwrap();
    assert_eq!((count(&db).await, db.stats().units), (2, 2));
}

async fn unique_violation_names_the_index(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let db = open(&databases);
    db.write(|tx| put(tx, 1, Some("ann"), "main")).await.unwrap();
    for (id, owner, expected) in [(1, "bob", "places_pkey"), (2, "ann", "places_owner_hall")] {
        let refused = db.write(move |tx| put(tx, id, Some(owner), "main")).await;
        assert!(
            matches!(&refused, Err(DbError::Unique { constraint }) if constraint == expected),
            "{refused:?}"
        );
    }
    let ignored = db.write(|tx| {
        let sql = "INSERT INTO places (id, owner, hall) VALUES ($1, 'ann', 'main') ON CONFLICT DO NOTHING";
        let changed = tx.execute(sql, args![2_i64])?;
        put(tx, 3, Some("ann"), "side")?;
        Ok::<_, DbError>(changed)
    });
    assert_eq!((ignored.await.unwrap(), count(&db).await), (0, 2));
}

async fn savepoint_undoes_only_its_own_changes(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let db = open(&databases);
    let runs = Arc::new(AtomicU32::new(0));
    let counted = runs.clone();
    let done = db.write(move |tx| {
        counted.fetch_add(1, Ordering::SeqCst);
        put(tx, 1, None, "main")?;
        let refused = tx.savepoint(|tx| {
            put(tx, 2, None, "main")?;
            tx.savepoint(|tx| put(tx, 3, None, "main"))?;
            // The statement itself fails: on PostgreSQL that ends the transaction, were it not for the savepoint.
            put(tx, 1, None, "main")
        });
        assert!(refused.is_err());
        let kept = tx.savepoint(|tx| {
            put(tx, 4, None, "main")?;
            let inner = tx.savepoint(|tx| put(tx, 4, None, "side"));
            assert!(inner.is_err());
            Ok::<_, DbError>(())
        });
        kept?;
        put(tx, 5, None, "main")
    });
    done.await.unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 2, "once in hope, once with savepoints");
    let left = db.read(|tx| tx.query("SELECT id FROM places ORDER BY id", &[], |row| row.int("id")));
    assert_eq!(left.await.map_err(|error: DbError| error).unwrap(), [1, 4, 5]);
    // Nothing was changed before the failure: then there is no second run.
    let (runs, counted) = (runs.clone(), runs);
    runs.store(0, Ordering::SeqCst);
    let done = db.write(move |tx| {
        counted.fetch_add(1, Ordering::SeqCst);
        assert!(tx.savepoint(|_| Err::<(), _>(DbError::Busy)).is_err());
        put(tx, 6, None, "main")
    });
    done.await.unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

async fn panic_of_a_unit_is_returned_as_an_error(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let db = open(&databases);
    let panicked = db.write(|tx| {
        put(tx, 1, None, "main")?;
        assert!(tx.dialect().current_xact_id().is_empty(), "a unit of a test panics");
        Ok::<_, DbError>(())
    });
    assert!(matches!(panicked.await, Err(DbError::Panicked(text)) if text.contains("a unit of a test")));
    assert_eq!(count(&db).await, 0);
    db.write(|tx| put(tx, 1, None, "main")).await.unwrap();
    assert_eq!(count(&db).await, 1);
}

async fn failed_statement_returns_its_error(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let db = open(&databases);
    for sql in ["SELEKT 1", "SELECT nothing FROM places", "INSERT INTO places (id, hall) VALUES (1, 'roof')"]
    {
        let failed = db.write(move |tx| tx.execute(sql, &[])).await;
        assert!(matches!(failed, Err(DbError::Statement(_))), "{sql}: {failed:?}");
    }
    let missing =
        db.write(|tx| tx.execute("INSERT INTO places (id, hall) VALUES ($1, $2)", args![1_i64])).await;
    assert!(matches!(missing, Err(DbError::Statement(_))), "{missing:?}");
    let many = db.write(|tx| {
        put(tx, 1, None, "main")?;
        put(tx, 2, None, "main")?;
        tx.query_opt("SELECT id FROM places", &[], |row| row.int("id"))
    });
    assert!(matches!(many.await, Err(DbError::Statement(_))));
    assert_eq!(count(&db).await, 0);
}

async fn signals_are_notified_after_the_commit(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let db = open(&databases);
    let signal = Signal::default();
    let notified = signal.clone();
    let refused = db.write(move |tx| {
        tx.notify_on_commit(&notified);
        put(tx, 1, None, "main")?;
        Err::<(), _>(DbError::Busy)
    });
    refused.await.unwrap_err();
    assert_eq!(signal.notifications(), 0);
    let notified = signal.clone();
    let done = db.write(move |tx| {
        tx.notify_on_commit(&notified);
        tx.notify_on_commit(&notified);
        assert_eq!(notified.notifications(), 0);
        put(tx, 1, None, "main")
    });
    done.await.unwrap();
    assert_eq!(signal.notifications(), 1, "before the answer, and once");
}

async fn read_unit_cannot_write(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let db = open(&databases);
    let refused = db.read(|tx| put(tx, 1, None, "main")).await;
    assert!(refused.is_err(), "{refused:?}");
    assert_eq!(count(&db).await, 0);
}

async fn text_is_ordered_by_code_points(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let db = open(&databases);
    let halls = ["B", "a", "Z", "_", "é", "z", "-1", "10", "9"];
    let filled = db.write(move |tx| (0..).zip(halls).try_for_each(|(id, hall)| put(tx, id, None, hall)));
    filled.await.map_err(|error: DbError| error).unwrap();
    let sorted = db.read(|tx| tx.query("SELECT hall FROM places ORDER BY hall", &[], |row| row.text("hall")));
    let mut expected = halls;
    expected.sort_unstable();
    assert_eq!(sorted.await.map_err(|error: DbError| error).unwrap(), expected);
}

async fn statement_cache_survives_many_statements(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let db = open(&databases);
    // More than any cache holds, twice.
    for _ in 0..2 {
        let sum = db.read(|tx| {
            (0..600_i64).try_fold(0, |sum, n| {
                Ok::<_, DbError>(
                    sum + tx.query_one(&format!("SELECT {n} + COUNT(*) AS n FROM places"), &[], |row| {
                        row.int("n")
                    })?,
                )
            })
        });
        assert_eq!(sum.await.unwrap(), 599 * 300);
    }
}

async fn migrations_are_applied_once(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let db = open(&databases);
    db.write(|tx| put(tx, 1, None, "main")).await.unwrap();
    Db::migrate(databases.database("halls"), &[PLACES]).unwrap();
    assert_eq!(count(&open(&databases)).await, 1);
}

async fn changed_migration_is_refused(engine: DbEngine) {
    const NEXT: (&str, &str) = ("V2__next", "ALTER TABLE places ADD COLUMN next TEXT;");
    const APPLIED: Migrations = Migrations { scripts: &[PLACES.scripts[0], NEXT], ..PLACES };
    const CHANGED: Migrations = Migrations {
        scripts: &[PLACES.scripts[0], ("V2__next", "ALTER TABLE places ADD COLUMN n TEXT;")],
        ..PLACES
    };
    let databases = TestDatabases::on(engine);
    Db::migrate(databases.database("halls"), &[APPLIED]).unwrap();
    for database in [databases.database("halls"), databases.database_without_migrations("halls")] {
        let refused = Db::open(database, DbOptions::default(), &[CHANGED]).unwrap_err();
        assert!(matches!(refused, OpenError::Migration { .. }), "{refused}");
        assert!(refused.to_string().ends_with("the applied migration V2__next is another one"), "{refused}");
    }
}

/// The scripts of a development version before 0.1.0 had other texts, and more of them followed the first.
async fn database_of_a_development_version_is_refused_unchanged(engine: DbEngine) {
    const OLD: Migrations = Migrations {
        part: "places",
        scripts: &[
            ("V1__places", "CREATE TABLE places (id BIGINT PRIMARY KEY, hall TEXT NOT NULL);"),
            ("V2__more", "ALTER TABLE places ADD COLUMN more TEXT;"),
        ],
    };
    const OTHER: Migrations = Migrations {
        part: "other",
        scripts: &[("V1__other", "CREATE TABLE other (id BIGINT PRIMARY KEY);")],
    };
    let databases = TestDatabases::on(engine);
    let db = Db::open(databases.database("halls"), DbOptions::default(), &[OLD]).unwrap();
    let written: Result<_, DbError> =
        db.write(|tx| tx.execute("INSERT INTO places (id, hall, more) VALUES (1, 'main', 'x')", &[])).await;
    written.unwrap();
    for database in [databases.database("halls"), databases.database_without_migrations("halls")] {
        let refused = Db::open(database, DbOptions::default(), &[PLACES, OTHER]).unwrap_err();
        assert!(matches!(refused, OpenError::DevelopmentVersion { .. }), "{refused}");
        let refused = refused.to_string();
        assert!(
            refused.contains("halls") && refused.contains("a development version before 0.1.0"),
            "{refused}"
        );
    }
    let (read, other): (Result<_, DbError>, Result<i64, DbError>) = tokio::join!(
        db.read(|tx| tx.query_one("SELECT hall || more AS t FROM places", &[], |row| row.text("t"))),
        db.read(|tx| tx.query_one("SELECT COUNT(*) AS n FROM other", &[], |row| row.int("n"))),
    );
    assert_eq!(read.unwrap(), "mainx");
    assert!(other.is_err(), "no table was created");
}

async fn concurrent_updates_are_not_lost(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let (db, other) = (open(&databases), open(&databases));
    db.write(|tx| tx.execute("INSERT INTO counters (id, n) VALUES ('c', 0)", &[])).await.unwrap();
    let bumps = (0..100).map(|number| {
        let db = if number % 2 == 0 { &db } else { &other };
        db.write(|tx| {
            let n = tx.query_one("SELECT n FROM counters WHERE id = 'c'", &[], |row| row.int("n"))?;
            tx.execute("UPDATE counters SET n = $1 WHERE id = 'c'", args![n + 1]).map(drop)
        })
    });
    for bumped in join_all(bumps).await {
        bumped.map_err(|error: DbError| error).unwrap();
    }
    let n =
        db.read(|tx| tx.query_one("SELECT n FROM counters WHERE id = 'c'", &[], |row| row.int("n"))).await;
    assert_eq!(n.unwrap(), 100);
}

/// Each of two guards may leave only while the other stays. Both look before they leave, and neither writes what the
/// other does: only a serializable transaction sees that they must not both go.
async fn write_skew_is_prevented(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let (db, other) = (open(&databases), open(&databases));
    for round in 0..20 {
        db.write(|tx| {
            tx.execute("DELETE FROM guards", &[])?;
            tx.execute("INSERT INTO guards (id, on_duty) VALUES ('a', 1), ('b', 1)", &[]).map(drop)
        })
        .await
        .unwrap();
        let leave = |db: &Db, id: &'static str| {
            let db = db.clone();
            tokio::spawn(async move {
                db.write(move |tx| {
                    let sql = "SELECT COUNT(*) AS n FROM guards WHERE on_duty = 1";
                    if tx.query_one(sql, &[], |row| row.int("n"))? < 2 {
                        return Ok(());
                    }
                    tx.execute("UPDATE guards SET on_duty = 0 WHERE id = $1", args![id]).map(drop)
                })
                .await
                .map_err(|error: DbError| error)
            })
        };
        for left in join_all([leave(&db, "a"), leave(&other, "b")]).await {
            left.unwrap().unwrap();
        }
        let sql = "SELECT COUNT(*) AS n FROM guards WHERE on_duty = 1";
        let on_duty = db.read(move |tx| tx.query_one(sql, &[], |row| row.int("n"))).await.unwrap();
        assert_eq!(on_duty, 1, "round {round}");
    }
}

async fn snapshots_are_consistent(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let db = open(&databases);
    db.write(|tx| tx.execute("INSERT INTO counters (id, n) VALUES ('a', 0), ('b', 0)", &[])).await.unwrap();
    let writing = async {
        for _ in 0..100 {
            db.write(|tx| {
                tx.execute("UPDATE counters SET n = n + 1 WHERE id = 'a'", &[])?;
                tx.execute("UPDATE counters SET n = n + 1 WHERE id = 'b'", &[]).map(drop)
            })
            .await
            .unwrap();
        }
    };
    let reading = async {
        loop {
            let both = db.read(|tx| {
                let one = |tx: &mut Tx<'_>, id| {
                    tx.query_one("SELECT n FROM counters WHERE id = $1", args![id], |row| row.int("n"))
                };
                Ok::<_, DbError>((one(tx, "a")?, one(tx, "b")?))
            });
            let (a, b) = both.await.unwrap();
            assert_eq!(a, b);
            if a == 100 {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), async { tokio::join!(writing, reading) }).await.unwrap();
}
