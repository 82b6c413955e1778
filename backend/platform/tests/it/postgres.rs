//! Units of work on a PostgreSQL server that is lost, refuses, is shared or is not ready.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use ticketing_engines::{DbEngine, OwnDatabase, PrivateServer, TestDatabases};
use ticketing_platform::db::{Database, Db, DbError, DbOptions, Migrations, OpenError, PostgresUrl, Tx};
use ticketing_platform::signal::Signal;

use crate::databases::{PLACES, open};

const PUT: &str = "INSERT INTO counters (id, n) VALUES ('c', 1)";

fn schema(url: &str, name: &str) -> Database {
    url.parse::<PostgresUrl>().unwrap().schema(name).unwrap().into()
}

async fn total(db: &Db) -> i64 {
    let sum = |tx: &mut Tx<'_>| {
        tx.query_one("SELECT COALESCE(SUM(n), 0)::bigint AS n FROM counters", &[], |row| row.int("n"))
    };
    db.read(sum).await.unwrap()
}

#[tokio::test]
async fn unit_is_run_again_after_a_lost_connection() {
    let databases = TestDatabases::on(DbEngine::Postgres);
    let db = open(&databases);
    let runs = Arc::new(AtomicU32::new(0));
    let counted = runs.clone();
    let done = db.write(move |tx| {
        tx.execute(PUT, &[])?;
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            // The result of the unit after the loss is ignored.
            drop(tx.query("SELECT pg_terminate_backend(pg_backend_pid())", &[], |_| Ok(())));
            drop(tx.execute(PUT, &[]));
        }
        Ok::<_, DbError>(())
    });
    done.await.unwrap();
    assert_eq!((runs.load(Ordering::SeqCst), total(&db).await, db.stats().repeats), (2, 1, 1));
}

#[tokio::test]
async fn unit_with_an_unknown_commit_is_not_run_again() {
    let databases = TestDatabases::on(DbEngine::Postgres);
    let db = open(&databases);
    db.write(|tx| {
        tx.execute(
            "CREATE FUNCTION vanish() RETURNS trigger LANGUAGE plpgsql AS \
             'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'",
            &[],
        )?;
        // It runs while the transaction is being committed.
        let sql = "CREATE CONSTRAINT TRIGGER vanish AFTER INSERT ON counters DEFERRABLE INITIALLY DEFERRED \
                   FOR EACH ROW EXECUTE FUNCTION vanish()";
        tx.execute(sql, &[])
    })
    .await
    .unwrap();
    let runs = Arc::new(AtomicU32::new(0));
    let (counted, unrelated, signal) = (runs.clone(), Signal::default(), Signal::default());
    let notified = signal.clone();
    let doubtful = db.write(move |tx| {
        counted.fetch_add(1, Ordering::SeqCst);
        tx.notify_on_commit(&notified);
        tx.execute(PUT, &[])
    });
    let doubtful = doubtful.await;
    assert!(matches!(doubtful, Err(DbError::Uncertain(_))), "{doubtful:?}");
    assert_eq!((runs.load(Ordering::SeqCst), signal.notifications(), unrelated.notifications()), (1, 0, 0));
    // The outcome of a statement that is sent with the commit is as unknown.
    let deferred = db.write(|tx| tx.execute_deferred(PUT, &[])).await;
    assert!(matches!(deferred, Err(DbError::Uncertain(_))), "{deferred:?}");
    // The next one finds a connection again.
    db.write(|tx| tx.execute("DROP TRIGGER vanish ON counters", &[])).await.unwrap();
    db.write(|tx| tx.execute(PUT, &[])).await.unwrap();
    assert_eq!(total(&db).await, 1);
}

#[tokio::test]
async fn ignored_statement_failure_is_not_committed() {
    let databases = TestDatabases::on(DbEngine::Postgres);
    let db = open(&databases);
    let unheeded = db.write(|tx| {
        tx.execute(PUT, &[])?;
        drop(tx.execute(PUT, &[]));
        Ok::<_, DbError>(())
    });
    assert!(matches!(unheeded.await, Err(DbError::Statement(_))));
    assert_eq!(total(&db).await, 0);
}

#[tokio::test]
async fn commits_survive_a_crash_of_the_server() {
    let server = PrivateServer::start();
    let db = Db::open(schema(&server.url(), "shop"), DbOptions::default(), &[PLACES]).unwrap();
    db.write(|tx| tx.execute(PUT, &[])).await.unwrap();
    server.crash();
    let began = Instant::now();
    let away = db.write(|tx| tx.execute(PUT, &[])).await;
    assert!(matches!(away, Err(DbError::Unavailable(_))), "{away:?}");
    let away = db.read(|tx| tx.execute("SELECT 1", &[])).await;
    assert!(matches!(away, Err(DbError::Unavailable(_))), "{away:?}");
    // Less than the time limit of a write, and of a read.
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
    server.restart_process();
    assert_eq!(total(&db).await, 1);
    db.write(|tx| tx.execute("UPDATE counters SET n = 2 WHERE id = 'c'", &[])).await.unwrap();
    assert_eq!(total(&db).await, 2);
}

#[test]
fn concurrent_migrations_succeed() {
    let databases = TestDatabases::on(DbEngine::Postgres);
    let opened: Vec<_> = std::thread::scope(|scope| {
        let migrate = || Db::migrate(databases.database("halls"), &[PLACES]);
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(migrate)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for migrated in opened {
        migrated.unwrap();
    }
}

#[tokio::test]
async fn database_with_missing_migrations_is_not_opened() {
    const NEWER: Migrations = Migrations {
        part: "places",
        scripts: &[PLACES.scripts[0], ("V2__more", "ALTER TABLE places ADD COLUMN more TEXT;")],
    };
    let databases = TestDatabases::on(DbEngine::Postgres);
    let opened = |migrations: &[Migrations]| {
        Db::open(databases.database_without_migrations("halls"), DbOptions::default(), migrations)
    };
    let refused = opened(&[PLACES]).unwrap_err();
    assert!(matches!(refused, OpenError::NotMigrated { .. }), "{refused}");
    assert!(refused.to_string().ends_with("is not migrated: 0 of the 1 migrations of places are applied"));
    Db::migrate(databases.database("halls"), &[PLACES]).unwrap();
    opened(&[PLACES]).unwrap();
    let refused = opened(&[NEWER]).unwrap_err().to_string();
    assert!(refused.ends_with("1 of the 2 migrations of places are applied"), "{refused}");
    Db::migrate(databases.database("halls"), &[NEWER]).unwrap();
    // An older program continues beside a newer one.
    opened(&[PLACES]).unwrap();
    Db::migrate(databases.database("halls"), &[PLACES]).unwrap();
}

#[test]
fn open_errors_name_the_reason_without_the_password() {
    let server = PrivateServer::start();
    let refused = |url: &str| Db::migrate(schema(url, "shop"), &[PLACES]).unwrap_err().to_string();
    Db::migrate(schema(&server.url(), "shop"), &[PLACES]).unwrap();
    let wrong = refused(&server.url_with_password("secret-but-wrong"));
    assert!(wrong.contains("password authentication failed") && !wrong.contains("secret"), "{wrong}");
    let right = server.url_with_password(server.password());
    let other = refused(&right.replace("/ticketing", "/nowhere"));
    assert!(other.contains("\"nowhere\" does not exist"), "{other}");
    let forbidden = Db::migrate(schema(&right, "mine"), &[PLACES]).unwrap_err().to_string();
    assert!(
        forbidden.contains("the schema mine does not exist, and this user may not create it"),
        "{forbidden}"
    );
    server.psql("CREATE SCHEMA mine AUTHORIZATION guarded");
    Db::migrate(schema(&right, "mine"), &[PLACES]).unwrap();
    server.psql("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'");
    let latin = refused(&server.other_url("latin"));
    assert!(latin.contains("its encoding is LATIN1, UTF8 is required"), "{latin}");
    server.crash();
    let away = refused(&right);
    assert!(away.starts_with("cannot connect to the database postgres://guarded@127.0.0.1:"), "{away}");
    assert!(away.contains("refused") && !away.contains(server.password()), "{away}");
}

#[test]
fn server_certificate_is_verified() {
    let server = PrivateServer::start();
    let url = server.url_with_password(server.password());
    let encrypted = |roots: &str, host: &str| {
        let url = url.replace("127.0.0.1", host);
        Db::migrate(schema(&format!("{url}?sslmode=require{roots}"), "shop"), &[PLACES])
    };
    server.psql("CREATE SCHEMA shop AUTHORIZATION guarded");
    let plain = encrypted("", "127.0.0.1").unwrap_err().to_string();
    assert!(plain.contains("does not support TLS"), "{plain}");
    let certificate = server.certify();
    server.crash();
    server.restart_process();
    let trusting = format!("&sslrootcert={}", certificate.display());
    encrypted(&trusting, "127.0.0.1").unwrap();
    let unknown = encrypted("", "127.0.0.1").unwrap_err().to_string();
    assert!(unknown.contains("certificate"), "{unknown}");
    let misnamed = encrypted(&trusting, "localhost").unwrap_err().to_string();
    assert!(misnamed.contains("certificate"), "{misnamed}");
}

#[tokio::test]
async fn text_order_does_not_depend_on_the_locale_of_the_database() {
    let own = OwnDatabase::create_with(
        "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'",
    );
    assert_eq!(own.psql("SELECT 'a' < 'B'"), "t", "it has a language");
    let db = Db::open(schema(own.url(), "shop"), DbOptions::default(), &[PLACES]).unwrap();
    let put = |tx: &mut Tx<'_>| tx.execute("INSERT INTO places (id, hall) VALUES (1, 'a'), (2, 'B')", &[]);
    db.write(put).await.unwrap();
    let sorted = db.read(|tx| tx.query("SELECT hall FROM places ORDER BY hall", &[], |row| row.text("hall")));
    assert_eq!(sorted.await.map_err(|error: DbError| error).unwrap(), ["B", "a"]);
    // The indexes and the checks are still there.
    let doubled = db.write(put).await;
    assert!(matches!(doubled, Err(DbError::Unique { .. })), "{doubled:?}");
}

#[tokio::test]
async fn signals_are_forwarded_to_other_processes() {
    let databases = TestDatabases::on(DbEngine::Postgres);
    let (db, other) = (open(&databases), open(&databases));
    let (here, there, unused) = (Signal::default(), Signal::default(), Signal::default());
    db.share_signal("places", &here);
    other.share_signal("places", &there);
    other.share_signal("others", &unused);
    let notify = async || {
        let here = here.clone();
        let committed = db.write(move |tx| {
            tx.notify_on_commit(&here);
            tx.execute("DELETE FROM counters", &[])
        });
        committed.await.unwrap();
    };
    // A new connection notifies all signals, so both listen from then on.
    let mut listening = there.listen();
    wait_notified(&mut listening).await;
    let mut durations = Vec::new();
    for _ in 0..20 {
        let began = Instant::now();
        notify().await;
        wait_notified(&mut listening).await;
        durations.push(began.elapsed());
    }
    // A poll would take as long most times.
    durations.sort_unstable();
    assert!(durations[10] < Duration::from_secs(1), "{durations:?}");
    let before = unused.notifications();
    // The connection is lost, and found again.
    let sql =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND query LIKE $1";
    let Database::Postgres(target) = databases.database("halls") else { unreachable!() };
    let channel = format!("%{}%", target.schema());
    db.write(move |tx| tx.query(sql, ticketing_platform::args![&channel], |_| Ok(()))).await.unwrap();
    wait_notified(&mut listening).await;
    notify().await;
    wait_notified(&mut listening).await;
    assert_eq!(
        unused.notifications(),
        before + 1,
        "the new connection notifies, because a notification may have been lost"
    );
}

async fn wait_notified(listening: &mut ticketing_platform::signal::Listener) {
    tokio::time::timeout(Duration::from_secs(10), listening.notified()).await.expect("a notification");
}
