//! Services as processes: their settings, their routes, and crashes.

use std::hash::{BuildHasher, RandomState};

use ticketing_bus::{NatsPassword, NatsUser, render_nats_authorization};
use ticketing_server::Service;
use ticketing_testkit::storm::{CLUSTER_ORDER_TTL, SellerActivity, Storm};
use ticketing_testkit::{NatsServer, OwnDatabase, RawClient, Shape, TestStack, eventually};

use crate::support::{
    assert_settings_error, cancel, list, operate, order, order_when_visible, pay, read_captures, server_with,
    ticket,
};

const KEY: &str = "a key for tests that is long enough";
/// 32 bytes of zero.
const PASS_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

#[test]
fn all_missing_settings_of_a_service_are_reported_at_once() {
    for service in Service::STATEFUL {
        let wrong = [("TICKETING_METRICS_LISTEN", "nowhere"), ("TICKETING_LOG_FORMAT", "runes")];
        let output = server_with(&[service.name()], &wrong);
        assert_settings_error(&output, &["TICKETING_DATABASE_URL", "TICKETING_NATS_URL"]);
        assert_settings_error(&output, &["TICKETING_METRICS_LISTEN", "TICKETING_LOG_FORMAT"]);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(stderr.contains("TICKETING_JWT_KEY"), service.has_sessions(), "{stderr}");
    }
    // The client requires no setting, and reports invalid ones.
    let wrong = [("TICKETING_LOG_FORMAT", "runes"), ("TICKETING_STRIPE_PUBLISHABLE_KEY", "sk_test_hush")];
    let output = server_with(&["client"], &wrong);
    assert_settings_error(
        &output,
        &["TICKETING_LOG_FORMAT", "TICKETING_STRIPE_PUBLISHABLE_KEY", "a secret key"],
    );
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!stderr.contains("DATABASE") && !stderr.contains("NATS") && !stderr.contains("hush"), "{stderr}");
    assert_settings_error(&server_with(&["migrate"], &[]), &["TICKETING_DATABASE_URL"]);
    assert_settings_error(&server_with(&["orders", "--order-ttl", "soon"], &[]), &["TICKETING_ORDER_TTL"]);
    assert_settings_error(&server_with(&["tickets", "--order-ttl", "1m"], &[]), &["--order-ttl"]);
}

#[tokio::test]
async fn unusable_servers_of_a_service_are_reported() {
    let own = OwnDatabase::create();
    let open = NatsServer::begin().await;
    let users = [(NatsUser::Orders, NatsPassword::Text("right".to_owned()))];
    let guarded = NatsServer::builder().config(&render_nats_authorization(&users)).start().await;
    let folder = tempfile::tempdir().unwrap();
    let creds = folder.path().join("orders");
    std::fs::write(&creds, "orders:right").unwrap();
    let (database, open, guarded) = (own.url().to_owned(), open.url(), guarded.url());
    tokio::task::spawn_blocking(move || {
        let creds = creds.to_str().unwrap();
        let all = |database, nats| {
            vec![
                ("TICKETING_DATABASE_URL", database),
                ("TICKETING_NATS_URL", nats),
                ("TICKETING_JWT_KEY", KEY),
                ("TICKETING_PASS_KEY", PASS_KEY),
            ]
        };
        let gone = all("postgres://user@127.0.0.1:1/nothing", open.as_str());
        assert_settings_error(&server_with(&["orders"], &gone), &["TICKETING_DATABASE_URL"]);
        let no_nats = all(&database, "nats://127.0.0.1:1");
        assert_settings_error(&server_with(&["orders"], &no_nats), &["TICKETING_NATS_URL", "cannot connect"]);
        let bare = ["orders", "--database-migrate", "false"];
        let other = all(&database, &open);
        // The first process migrated its own tables only.
        assert_settings_error(
            &server_with(&["payments", "--database-migrate", "false"], &other),
            &["TICKETING_DATABASE_URL", "ticketing-server migrate"],
        );
        let stranger = all(&database, &guarded);
        assert_settings_error(&server_with(&bare, &stranger), &["TICKETING_NATS_CREDS"]);
        let mut short = all(&database, &open);
        short.push(("TICKETING_JWT_KEY", "short"));
        assert_settings_error(&server_with(&["orders"], &short), &["TICKETING_JWT_KEY"]);
        // A user with the permissions of another service.
        let mut borrowed = all(&database, &guarded);
        borrowed.push(("TICKETING_NATS_CREDS", creds));
        assert_settings_error(&server_with(&["payments"], &borrowed), &["TICKETING_NATS_CREDS"]);
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn services_serve_their_own_paths_and_the_ingress_all() {
    let mut stack = TestStack::start_on(Shape::Processes).await;
    let paths = [
        (Service::Auth, "/api/users/currentuser"),
        (Service::Tickets, "/api/tickets"),
        (Service::Orders, "/api/orders"),
        (Service::Payments, "/api/payments"),
    ];
    for service in Service::ALL {
        for number in stack.cluster().processes_of(service) {
            let raw = RawClient::new(format!("http://{}", stack.cluster().addr(number)));
            for (owner, path) in paths {
                let status = raw.get(path).await.status;
                assert_eq!(status == 404, owner != service, "{path} of {service:?}: {status}");
            }
            raw.get("/healthz").await.ok(200);
            raw.get("/readyz").await.ok(200);
            if service == Service::Client {
                raw.get("/api/openapi.json").await.assert_refused(404, "not_found");
                assert_eq!(raw.get("/orders").await.status, 200);
                continue;
            }
            assert!(raw.get("/api/openapi.json").await.ok(200)["paths"]["/api/payments"].is_object());
            raw.get("/orders").await.assert_refused(404, "not_found");
        }
    }
    let raw = stack.raw();
    for (_, path) in paths {
        assert_ne!(raw.get(path).await.status, 404, "{path}");
    }
    raw.get("/ingress/healthz").await.ok(200);
    raw.get("/api/nothing").await.assert_refused(404, "not_found");
    let much = raw.post("/api/tickets").body("application/json", vec![b' '; 2_000_000]).await;
    much.assert_refused(413, "payload_too_large");
    // Webhook events may be larger; without Stripe the route is not found.
    let event = raw.post("/api/payments/webhook").body("application/json", vec![b' '; 1_000_000]).await;
    event.assert_refused(404, "not_found");
    let long = "x".repeat(20_000);
    raw.get(&format!("/api/tickets/{long}")).await.assert_refused(400, "invalid_input");
    raw.get("/api/tickets").header("x-long", &long).await.assert_refused(400, "invalid_input");
    // Other paths are pages: probes of other services and metrics are not exposed.
    assert_eq!(raw.get("/readyz").await.ok(200)["status"], "ok");
    let reply = raw.get("/metrics").await;
    assert_eq!((reply.status, reply.header("content-type")), (404, "text/html; charset=utf-8"));
    stack.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ticket_is_sold_across_processes() {
    let stack = TestStack::start_on(Shape::Processes).await;
    let (seller, buyer, rival) =
        (stack.session("seller").await, stack.session("buyer").await, stack.session("rival").await);
    let mut live = stack.raw().get("/api/tickets").events().await;
    live.next().await.unwrap();
    let sold = list(&stack, &seller, "RustConf", 149.99).await;
    assert_eq!(live.take(1).await[0].json()["id"], sold.as_str());

    // A reservation is cancelled.
    let late = order_when_visible(&stack, &rival, &sold).await;
    order(&stack, &buyer, &sold).await.assert_refused(400, "ticket_reserved");
    cancel(&stack, &rival, &late).await.ok(204);
    // Payments may not have received the cancellation, and asks orders.
    pay(&stack, &rival, &late, "tok_visa").await.assert_refused(400, "order_cancelled");

    let mut bought = String::new();
    eventually!({
        let reply = order(&stack, &buyer, &sold).await;
        if reply.status == 201 {
            bought = crate::support::id(&reply.json());
        }
        reply.status == 201
    });
    pay(&stack, &buyer, &bought, "tok_chargeDeclined").await.assert_refused(400, "card_declined");
    pay(&stack, &buyer, &bought, "tok_visa").await.ok(201);
    eventually!(ticket(&stack, &sold).await["status"] == "sold");
    assert_eq!(read_captures(&stack, &bought).await, (1, 14_999));
    // A sign-out takes effect in every process.
    stack.raw().post("/api/users/signout").by(&buyer).await.ok(200);
    eventually!({
        let mut refused = true;
        for _ in 0..6 {
            refused &= stack.raw().get("/api/orders").by(&buyer).await.status == 401;
        }
        refused
    });
    stack.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn purchases_succeed_during_a_rolling_restart() {
    let mut stack =
        TestStack::builder().on(Shape::Processes).with(|settings| settings.open_orders = 1000).start().await;
    let (seller, buyer) = (stack.user("seller").await, stack.user("buyer").await);
    let price = ticketing_testkit::dollars("20");
    let buying = tokio::spawn(async move {
        let mut orders = Vec::new();
        for number in 0..25 {
            let new = ticketing_sdk::NewTicket::new(format!("Ticket {number}"), price);
            let ticket = seller.tickets().create(new).await.unwrap();
            let order = buyer.orders().create(&ticket.id).await.unwrap();
            let card = ticketing_sdk::CardToken::new("tok_visa");
            buyer.payments().create(&order.id, card).wait_until_settled().await.unwrap();
            orders.push(order.id);
        }
        orders
    });
    for number in stack.cluster().processes() {
        let status = stack.cluster().terminate(number).await;
        assert!(status.success(), "process {number} ended with {status}");
        stack.cluster().restart_process(number).await;
    }
    for order in buying.await.unwrap() {
        assert_eq!(read_captures(&stack, order.as_str()).await, (1, 2000));
    }
    stack.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cluster_storm_loses_no_acknowledged_write() {
    let builder = TestStack::builder().on(Shape::Processes).order_ttl(CLUSTER_ORDER_TTL);
    let mut stack = builder.start().await;
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let rounds = number("STORM_ROUNDS").map_or(6, |rounds| u32::try_from(rounds).unwrap());
    let seed = number("STORM_SEED").unwrap_or_else(|| RandomState::new().hash_one(0) % 1_000_000_000);
    print_line(&format!("STORM_SEED={seed}"));
    let storm = Storm { rounds, clients: 12, sellers: SellerActivity::from_env(), seed };
    let summary = storm.run_on_cluster(&mut stack, |line| print_line(&line)).await;
    print_line(&summary.to_string());
    stack.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_are_listed_and_replayed() {
    let mut stack = TestStack::start_on(Shape::Processes).await;
    assert_eq!(operate(&mut stack, &["dead-letters", "list"]).await, "");
    let seller = stack.session("seller").await;
    list(&stack, &seller, "A ticket", 10.0).await;
    stack.settle().await;
    let nats = stack.nats().url();
    let bus = ticketing_bus::Bus::jetstream(ticketing_bus::JetStreamOptions::new(&nats)).await.unwrap();
    let mut broken = bus.recent(1).await.unwrap().remove(0);
    (broken.id, broken.aggregate, broken.body) = ("by-hand".to_owned(), "x".to_owned(), "{}".to_owned());
    bus.publish(vec![broken]).await.unwrap();
    eventually!(!bus.dead_letters().await.unwrap().is_empty());
    let shown = operate(&mut stack, &["dead-letters", "list"]).await;
    let words: Vec<&str> = shown.trim_end().split('\t').collect();
    assert!(words[0].starts_with("orders-service/"), "{shown}");
    assert_eq!(words[1..4], ["ticket:created", "x", "0"]);
    let replayed = operate(&mut stack, &["dead-letters", "replay"]).await;
    assert!(replayed.trim_end().ends_with(": 1"), "{replayed}");
    // The cause remains: the event is dead-lettered again.
    eventually!(!bus.dead_letters().await.unwrap().is_empty());
    let engines = [("TICKETING_NATS_URL", nats.as_str())];
    let unknown = server_with(&["dead-letters", "replay", "orders-service/999999"], &engines);
    assert_eq!(unknown.status.code(), Some(1), "{unknown:?}");
    stack.discard().await;
}

#[expect(clippy::print_stdout, reason = "the harness shows the output of a failed test")]
fn print_line(line: &str) {
    println!("{line}");
}
