//! The marketplace on PostgreSQL: its settings, and failures of the server.

use std::process::{Command, Output};
use std::time::Duration;

use serde_json::json;
use ticketing_platform::db::PostgresUrl;
use ticketing_server::audit::AuditTarget;
use ticketing_server::{Stack, StackSettings, StartError, migrate};
use ticketing_testkit::{DbEngine, OwnDatabase, PrivateServer, TestStack, eventually, on_both};

use crate::support::{id, list, order, order_when_visible, pay, rows};

on_both! {
    #[tokio::test]
    text_with_u0000_is_refused;
}

/// Runs the program on this database.
fn server(arguments: &[&str], url: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ticketing-server"))
        .args(arguments)
        .env_clear()
        .env("TICKETING_DATABASE_URL", url)
        .output()
        .unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn invalid_database_url_is_reported_without_its_password() {
    let read = |flags: &[&str]| StackSettings::from_flags("data", flags);
    let url = "--database-url=postgres://u:hunter2@localhost/d";
    let fine = read(&[url, "--database-connections=4"]).unwrap();
    assert!(format!("{fine:?}").contains("postgres://u@localhost:5432/d"));
    for (flags, name, expected) in [
        (
            &["--database-url=mysql://u:hunter2@localhost/d"][..],
            "TICKETING_DATABASE_URL",
            "it does not begin with postgres://",
        ),
        (
            &["--database-url=postgres://u:hunter2@localhost/d?sslmode=allow"],
            "TICKETING_DATABASE_URL",
            "sslmode must be disable",
        ),
        (&[url, "--database-connections=1"], "TICKETING_DATABASE_CONNECTIONS", "at least 2"),
        (&[url, "--database-migrate=perhaps"], "TICKETING_DATABASE_MIGRATE", "boolean"),
    ] {
        let error = read(flags).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(expected), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn unusable_database_is_reported_before_a_port_is_bound() {
    let (own, folder) = (OwnDatabase::create(), tempfile::tempdir().unwrap());
    let all = |url: &str, more: &str| {
        let listen = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        // The port is in use: binding it is an error.
        let address = listen.local_addr().unwrap().to_string();
        let arguments = ["all", "--listen", &address, "--data-dir", folder.path().to_str().unwrap()];
        Command::new(env!("CARGO_BIN_EXE_ticketing-server"))
            .args(arguments)
            .env_clear()
            .env("TICKETING_DATABASE_URL", url)
            .env("TICKETING_DATABASE_MIGRATE", more)
            .output()
            .unwrap()
    };
    let unmigrated = all(own.url(), "false");
    assert_eq!(unmigrated.status.code(), Some(2), "{}", stderr(&unmigrated));
    assert!(
        stderr(&unmigrated).contains("TICKETING_DATABASE_URL: the database postgres://"),
        "{}",
        stderr(&unmigrated)
    );
    assert!(
        stderr(&unmigrated).contains("is not migrated")
            && stderr(&unmigrated).contains("ticketing-server migrate")
    );
    let done = server(&["migrate"], own.url());
    assert_eq!((done.status.code(), stderr(&done)), (Some(0), String::new()));
    let taken = all(own.url(), "false");
    assert_eq!(taken.status.code(), Some(1), "{}", stderr(&taken));
    assert!(stderr(&taken).contains("cannot listen on"), "{}", stderr(&taken));

    let nowhere = "postgres://u:hunter2@127.0.0.1:1/d";
    for output in [all(nowhere, "true"), all(nowhere, "false"), server(&["migrate"], nowhere)] {
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        let text = stderr(&output);
        assert!(text.contains("TICKETING_DATABASE_URL") && text.contains("cannot connect"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    let missing = server(&["migrate"], "");
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).contains("--database-url"), "{}", stderr(&missing));
}

#[tokio::test]
async fn each_service_has_a_schema_and_the_audit_reads_them() {
    let stack = TestStack::start_on(DbEngine::Postgres).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket = list(&stack, &seller, "RustConf", 20.0).await;
    let order = order_when_visible(&stack, &buyer, &ticket).await;
    pay(&stack, &buyer, &order, "tok_visa").await.ok(201);
    stack.settle().await;
    let url: PostgresUrl = stack.database_url().parse().unwrap();
    let report =
        AuditTarget::new(stack.data_dir()).with_database(url.clone()).audit_beside_server().await.unwrap();
    assert!(report.is_clean(), "{report}");
    for (service, table) in
        [("auth", "users"), ("tickets", "tickets"), ("orders", "orders"), ("payments", "payments")]
    {
        assert_ne!(stack.psql(&format!("SELECT COUNT(*) FROM {service}.{table}")), "0");
    }
    // Tampering by SQL.
    stack.psql("UPDATE orders.orders SET status = 'cancelled'");
    let report =
        AuditTarget::new(stack.data_dir()).with_database(url.clone()).audit_beside_server().await.unwrap();
    assert!(!report.is_clean(), "{report}");
    stack.psql("UPDATE orders.orders SET status = 'complete'");
    stack.finish().await;
}

#[tokio::test]
async fn start_without_migration_requires_migrated_tables() {
    let own = OwnDatabase::create();
    let url: PostgresUrl = own.url().parse().unwrap();
    let builder = TestStack::builder().with(|settings| {
        settings.database = Some(url.clone().with_connections(4).without_migrations());
    });
    let refused = Stack::start(builder.settings().clone()).await;
    assert!(matches!(refused, Err(StartError::NotMigrated(_))), "{refused:?}");
    tokio::task::spawn_blocking({
        let url = url.clone();
        move || migrate(&url)
    })
    .await
    .unwrap()
    .unwrap();
    builder.start().await.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_crash_loses_nothing_and_sales_resume() {
    let server = PrivateServer::start();
    let url: PostgresUrl = server.url().parse().unwrap();
    let stack = TestStack::builder().with(|settings| settings.database = Some(url.with_connections(4)));
    let stack = stack.start().await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let mut listed = Vec::new();
    for round in 0..2 {
        for number in 0..5 {
            listed.push(list(&stack, &seller, &format!("Ticket {round}.{number}"), 20.0).await);
        }
        server.crash();
        let away =
            stack.raw().post("/api/tickets").by(&seller).json(&json!({ "title": "x", "price": 1 })).await;
        assert_eq!(away.status, 503, "{away:?}");
        // A successful check counts for one second.
        eventually!(stack.raw().get("/readyz").await.status == 503, seconds 10);
        server.restart_process();
        // The services recover without a restart.
        eventually!(stack.raw().get("/readyz").await.status == 200, seconds 30);
        let (fresh, began) = (list(&stack, &seller, "fresh", 20.0).await, std::time::Instant::now());
        // The relays and consumers back off, and retry within seconds.
        eventually!(order(&stack, &buyer, &fresh).await.status == 201, seconds 10);
        let open = stack.raw().get("/api/orders?status=created").by(&buyer).await.ok(200);
        let bought = id(&open[0]);
        eventually!(pay(&stack, &buyer, &bought, "tok_visa").await.status == 201, seconds 10);
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    }
    for ticket in listed {
        stack.raw().get(&format!("/api/tickets/{ticket}")).await.ok(200);
    }
    stack.finish().await;
}

async fn text_with_u0000_is_refused(engine: DbEngine) {
    let stack = TestStack::start_on(engine).await;
    let user = stack.session("user").await;
    let ticket = list(&stack, &user, "A ticket", 20.0).await;
    stack.settle().await;
    let before = rows(&stack).await;
    let raw = stack.raw();
    let titled = json!({ "title": "A\0ticket", "price": 20 });
    let reply = raw.post("/api/tickets").by(&user).json(&titled).await;
    assert_eq!(reply.assert_refused(400, "invalid_input"), "Title must not contain U+0000");
    raw.put(&format!("/api/tickets/{ticket}"))
        .by(&user)
        .json(&titled)
        .await
        .assert_refused(400, "invalid_input");
    let account = json!({ "email": "a\0@example.com", "password": "12345678" });
    raw.post("/api/users/signup").json(&account).await.assert_refused(400, "invalid_input");
    raw.post("/api/users/signin").json(&account).await.assert_refused(400, "invalid_input");
    order(&stack, &user, "a\0").await.assert_refused(400, "invalid_input");
    pay(&stack, &user, "a\0", "tok_visa").await.assert_refused(400, "invalid_input");
    raw.get("/api/tickets?q=a%00").await.assert_refused(400, "invalid_input");
    // `["\u0000", "x"]` and `"\u0000"` as cursors.
    for (path, cursor) in
        [("/api/tickets?sort=title&cursor=", "WyJcdTAwMDAiLCJ4Il0"), ("/api/orders?cursor=", "Ilx1MDAwMCI")]
    {
        raw.get(&format!("{path}{cursor}")).by(&user).await.assert_refused(400, "invalid_input");
    }
    for path in ["/api/tickets/%00", "/api/orders/%00", "/api/payments/a%00b"] {
        raw.get(path).by(&user).await.assert_refused(404, "not_found");
    }
    assert_eq!(rows(&stack).await, before);
    // A password is only hashed, so any text is accepted.
    let odd = json!({ "email": "odd@example.com", "password": "12345678\0" });
    id(&raw.post("/api/users/signup").json(&odd).await.ok(201));
    stack.finish().await;
}
