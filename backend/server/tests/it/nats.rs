//! A marketplace on a NATS server: its settings, and crashes of the server.

use std::hash::{BuildHasher, RandomState};
use std::process::Output;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use ticketing_bus::{
    Credentials, JetStreamOptions, NatsPassword, NatsUser, rebuild, render_nats_authorization,
};
use ticketing_events::EventName;
use ticketing_testkit::storm::{Program, SellerActivity, Storm};
use ticketing_testkit::{NatsServer, TestStack, eventually};

use crate::support::{
    assert_settings_error, count, list, order_when_visible, pay, read_captures, server_with, ticket,
};

/// Runs a marketplace in one process with these settings, and returns its output.
fn all_with(settings: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    server_with(&["all", "--data-dir", folder.path().to_str().unwrap()], settings)
}

#[tokio::test]
async fn unusable_nats_server_is_reported_before_a_port_is_bound() {
    let guarded = NatsServer::builder()
        .config(&render_nats_authorization(&[(NatsUser::Orders, NatsPassword::Text("right".to_owned()))]))
        .start()
        .await;
    let bare = NatsServer::builder().without_jetstream().start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (wrong, orders) = (file("wrong", "orders:wrong"), file("orders", "orders:right"));
    let url = guarded.url();
    tokio::task::spawn_blocking(move || {
        assert_settings_error(&all_with(&[("TICKETING_NATS_URL", "http://x")]), &["TICKETING_NATS_URL"]);
        assert_settings_error(&all_with(&[("TICKETING_NATS_CREDS", &wrong)]), &["TICKETING_NATS_CREDS"]);
        let gone = [("TICKETING_NATS_URL", "nats://127.0.0.1:1")];
        assert_settings_error(&all_with(&gone), &["TICKETING_NATS_URL", "cannot connect", "127.0.0.1:1"]);
        let unknown = [("TICKETING_NATS_URL", url.as_str()), ("TICKETING_NATS_CREDS", &wrong)];
        assert_settings_error(&all_with(&unknown), &["TICKETING_NATS_CREDS", "does not accept"]);
        assert_settings_error(
            &all_with(&[("TICKETING_NATS_URL", &bare.url())]),
            &["TICKETING_NATS_URL", "JetStream"],
        );
        // The user of one service lacks permissions of the others.
        let one = [("TICKETING_NATS_URL", url.as_str()), ("TICKETING_NATS_CREDS", &orders)];
        assert_settings_error(&all_with(&one), &["TICKETING_NATS_CREDS", "refuses", "-service"]);
        drop(guarded);
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_runs_under_the_user_of_all() {
    let users = [(NatsUser::All, NatsPassword::Text("secret".to_owned()))];
    let server = NatsServer::builder().config(&render_nats_authorization(&users)).start().await;
    let options = JetStreamOptions {
        credentials: Some(Credentials::user("all", "secret")),
        name: "all".to_owned(),
        ..JetStreamOptions::new(server.url())
    };
    let stack = TestStack::builder().with(|settings| settings.nats = Some(options)).start().await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket_id = list(&stack, &seller, "A ticket", 19.99).await;
    let order = order_when_visible(&stack, &buyer, &ticket_id).await;
    pay(&stack, &buyer, &order, "tok_visa").await.ok(201);
    eventually!(ticket(&stack, &ticket_id).await["status"] == "sold");
    stack.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn purchases_complete_while_nats_is_killed_repeatedly() {
    let mut server = NatsServer::begin().await;
    let stack =
        TestStack::builder().nats_server(&server).with(|settings| settings.open_orders = 1000).start().await;
    let seller = stack.session("seller").await;
    let buyers = join_all((0..4).map(|_| stack.session("buyer"))).await;
    let buying = buyers.iter().map(|buyer| {
        let (stack, seller) = (&stack, &seller);
        async move {
            let mut paid = Vec::new();
            for number in 0..12 {
                let ticket_id = list(stack, seller, &format!("Ticket {number}"), 10.0).await;
                // Orders receives the event after the restart of the server.
                let known = json!({ "ticketId": ticket_id });
                let order = async || stack.raw().post("/api/orders").by(buyer).json(&known).await;
                let mut bought = order().await;
                eventually!(bought.status == 201 || { bought = order().await; bought.status == 201 }, seconds 60);
                let order_id = crate::support::id(&bought.json());
                let mut payment = pay(stack, buyer, &order_id, "tok_visa").await;
                // An unknown outcome is retried, which charges once.
                eventually!(
                    [201, 202].contains(&payment.status) || {
                        payment = pay(stack, buyer, &order_id, "tok_visa").await;
                        [201, 202].contains(&payment.status)
                    },
                    seconds 60
                );
                paid.push(order_id);
            }
            paid
        }
    });
    let dying = async {
        for _ in 0..4 {
            server.restart().await;
            let sold = "SELECT COUNT(*) AS n FROM orders WHERE status = 'complete'";
            let before = count(&stack, "orders", sold).await;
            eventually!(count(&stack, "orders", sold).await > before || before >= 40, seconds 60);
        }
    };
    let (paid, ()) = tokio::join!(join_all(buying), dying);
    eventually!(stack.is_settled().await, seconds 60);
    for order in paid.iter().flatten() {
        assert_eq!(read_captures(&stack, order).await, (1, 1000));
    }
    stack.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fresh_purchase_succeeds_soon_after_the_stream_is_lost() {
    let mut server = NatsServer::begin().await;
    let stack = TestStack::builder().nats_server(&server).start().await;
    let seller = stack.session("seller").await;
    let ticket_id = list(&stack, &seller, "Before", 10.0).await;
    stack.settle().await;
    server.kill().await;
    server.lose_store();
    let meanwhile = list(&stack, &seller, "Meanwhile", 10.0).await;
    server.start().await;
    let healed = Instant::now();
    let buyer = stack.session("buyer").await;
    for wanted in [&ticket_id, &meanwhile] {
        eventually!(
            stack.raw().post("/api/orders").by(&buyer).json(&json!({ "ticketId": wanted })).await.status
                == 201
        );
    }
    let orders = stack.raw().get("/api/orders").by(&buyer).await.ok(200);
    for order in orders.as_array().unwrap() {
        let order = order["id"].as_str().unwrap();
        eventually!(pay(&stack, &buyer, order, "tok_visa").await.status == 201);
    }
    assert!(healed.elapsed() < Duration::from_secs(10), "{:?}", healed.elapsed());
    stack.settle().await;

    // The audit reports the lost events until the stream is rebuilt from the outboxes.
    assert!(!stack.report().await.is_clean());
    let republished =
        rebuild(stack.stack().bus(), stack.stack().cores().map(|(_, core)| core)).await.unwrap();
    assert!(republished > 10, "{republished}");
    stack.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn audit_reports_dead_letters() {
    let server = NatsServer::begin().await;
    let stack = TestStack::builder().nats_server(&server).start().await;
    let seller = stack.session("seller").await;
    list(&stack, &seller, "A ticket", 10.0).await;
    stack.settle().await;
    let mut broken = stack.stack().bus().recent(1).await.unwrap().remove(0);
    assert_eq!(broken.name, EventName::TicketCreated);
    (broken.id, broken.aggregate, broken.body) = ("by-hand".to_owned(), "x".to_owned(), "{}".to_owned());
    stack.stack().bus().publish(vec![broken]).await.unwrap();
    eventually!(!stack.stack().bus().dead_letters().await.unwrap().is_empty());
    let report = stack.report().await.to_string();
    assert!(report.contains("orders-service could not handle ticket:created of x"), "{report}");
    stack.discard().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storm_of_killed_servers_loses_no_acknowledged_write() {
    let mut nats = NatsServer::begin().await;
    let folder = tempfile::tempdir().unwrap();
    let program = Program { path: env!("CARGO_BIN_EXE_ticketing-server").into(), args: vec!["all".into()] };
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let rounds = number("STORM_ROUNDS").map_or(4, |rounds| u32::try_from(rounds).unwrap());
    let seed = number("STORM_SEED").unwrap_or_else(|| RandomState::new().hash_one(0) % 1_000_000_000);
    print_line(&format!("STORM_SEED={seed}"));
    let storm = Storm { rounds, clients: 16, sellers: SellerActivity::from_env(), seed };
    let summary = storm.run_with_nats(&program, &folder.path().join("data"), &mut nats, |_| {}).await;
    print_line(&summary.to_string());
}

#[expect(clippy::print_stdout, reason = "the harness shows the output of a failed test")]
fn print_line(line: &str) {
    println!("{line}");
}
