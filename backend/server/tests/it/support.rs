//! Common steps of the tests.

pub(crate) mod passes;

use std::process::{Command, Output};
use std::time::Duration;

use serde_json::{Value, json};
use ticketing_sdk::OrderId;
use ticketing_testkit::{Deadline, Reply, Shape, TestSession, TestStack};

/// Returns the identifier in the body of a response.
#[track_caller]
pub(crate) fn id(thing: &Value) -> String {
    thing["id"].as_str().unwrap_or_else(|| panic!("no id in {thing}")).to_owned()
}

/// Lists a ticket.
pub(crate) async fn list(stack: &TestStack, seller: &TestSession, title: &str, price: f64) -> String {
    let new = json!({ "title": title, "price": price });
    id(&stack.raw().post("/api/tickets").by(seller).json(&new).await.ok(201))
}

/// Tries to order a ticket, of which orders may not have received the event.
pub(crate) async fn try_order(stack: &TestStack, buyer: &TestSession, ticket: &str) -> Reply {
    stack.raw().post("/api/orders").by(buyer).json(&json!({ "ticketId": ticket })).await
}

/// Tries to order a ticket that is visible to orders.
pub(crate) async fn order(stack: &TestStack, buyer: &TestSession, ticket: &str) -> Reply {
    retry_until_visible(|| try_order(stack, buyer, ticket)).await
}

/// Orders a ticket.
pub(crate) async fn order_when_visible(stack: &TestStack, buyer: &TestSession, ticket: &str) -> String {
    id(&order(stack, buyer, ticket).await.ok(201))
}

/// Repeats a request while it is refused as `not_yet_visible`. On a busy machine an event takes longer than the second
/// for which a service waits.
async fn retry_until_visible<F: Future<Output = Reply>>(request: impl Fn() -> F) -> Reply {
    let deadline = Deadline::from_now(Duration::from_secs(30));
    loop {
        let reply = request().await;
        if reply.status != 503 || !reply.text().contains("not_yet_visible") {
            return reply;
        }
        deadline.pause("the event of a recent ticket or order").await;
    }
}

/// Tries to pay for an order, of which payments may not have received the event.
pub(crate) async fn try_pay(stack: &TestStack, buyer: &TestSession, order: &str, token: &str) -> Reply {
    stack.raw().post("/api/payments").by(buyer).json(&json!({ "orderId": order, "token": token })).await
}

/// Tries to pay for an order that is visible to payments.
pub(crate) async fn pay(stack: &TestStack, buyer: &TestSession, order: &str, token: &str) -> Reply {
    retry_until_visible(|| try_pay(stack, buyer, order, token)).await
}

/// Cancels an order.
pub(crate) async fn cancel(stack: &TestStack, buyer: &TestSession, order: &str) -> Reply {
    stack.raw().delete(&format!("/api/orders/{order}")).by(buyer).await
}

/// Reads a ticket without a session.
pub(crate) async fn ticket(stack: &TestStack, id: &str) -> Value {
    stack.raw().get(&format!("/api/tickets/{id}")).await.ok(200)
}

/// Reads an order as its buyer.
pub(crate) async fn order_of(stack: &TestStack, buyer: &TestSession, id: &str) -> Value {
    stack.raw().get(&format!("/api/orders/{id}")).by(buyer).await.ok(200)
}

/// Runs a command of the operator, which must succeed, and returns its output.
pub(crate) async fn operate(stack: &mut TestStack, words: &[&str]) -> String {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_ticketing-server"));
    command.args(words).env_clear();
    command.env("TICKETING_DATABASE_URL", stack.database_url()).env("TICKETING_NATS_URL", stack.nats().url());
    let output = command.output().await.unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{stdout}{}", String::from_utf8_lossy(&output.stderr));
    stdout
}

/// Returns the number of captures for an order, and the cents that were kept.
pub(crate) async fn read_captures(stack: &TestStack, order: &str) -> (i64, i64) {
    let (ledger, order) = (stack.ledger().await, OrderId::new(order));
    (ledger.captures(&order), ledger.kept_cents(&order))
}

/// Counts the rows and versions of every table that a request may change.
pub(crate) async fn rows(stack: &TestStack) -> Vec<i64> {
    const COUNTS: [(&str, &str); 10] = [
        ("auth", "SELECT COUNT(*) AS n FROM users"),
        ("auth", "SELECT COUNT(*) AS n FROM outbox"),
        ("tickets", "SELECT COUNT(*) AS n FROM tickets"),
        ("tickets", "SELECT COUNT(*) AS n FROM changes"),
        ("tickets", "SELECT COUNT(*) AS n FROM outbox"),
        ("tickets", "SELECT CAST(COALESCE(SUM(version), 0) AS BIGINT) AS n FROM tickets"),
        ("orders", "SELECT COUNT(*) AS n FROM orders"),
        ("orders", "SELECT CAST(COALESCE(SUM(version), 0) AS BIGINT) AS n FROM orders"),
        ("orders", "SELECT COUNT(*) AS n FROM outbox"),
        ("payments", "SELECT COUNT(*) AS n FROM payments"),
    ];
    let mut counts = Vec::new();
    for (service, sql) in COUNTS {
        counts.push(count(stack, service, sql).await);
    }
    counts
}

/// Reads one number, `n`, from the database of a service.
pub(crate) async fn count(stack: &TestStack, service: &str, sql: &'static str) -> i64 {
    if stack.shape() == Shape::Processes {
        let found = stack.psql(&format!("SET search_path TO {service}; {sql}"));
        return found.trim().parse().unwrap_or_else(|_| panic!("no number: {found}"));
    }
    let cores = stack.stack().cores();
    let (_, core) = cores.iter().find(|(name, _)| *name == service).unwrap();
    let count = core.db.read(move |tx| tx.query_one(sql, &[], |row| row.int("n")));
    count.await.map_err(|error: ticketing_platform::db::DbError| error).unwrap()
}

/// Runs the program with these settings, and returns its output.
pub(crate) fn server_with(words: &[&str], settings: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ticketing-server"))
        .args(words)
        .env_clear()
        .env("TICKETING_LISTEN", "127.0.0.1:0")
        .envs(settings.iter().copied())
        .output()
        .unwrap()
}

/// Asserts that the program exited because of its settings before it listened, and that its message has these words.
#[track_caller]
pub(crate) fn assert_settings_error(output: &Output, words: &[&str]) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(output.stdout.is_empty(), "it never listened");
    for word in words {
        assert!(stderr.contains(word), "{word} is not in: {stderr}");
    }
}
