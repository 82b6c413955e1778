//! Idempotency keys: a repeated request has one effect and replays the first response.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use ticketing_platform::limits::WriteRate;
use ticketing_testkit::{PASSWORD, Reply, Shape, TestSession, TestStack, on_shapes};

use crate::support::{cancel, id, list, order_when_visible, read_captures, rows};

on_shapes! {
    [embedded, postgres, postgres_and_nats, processes]
    #[tokio::test]
    creating_routes_replay_their_response, sign_up_is_replayed_only_with_its_password,
    key_is_scoped_to_a_user_and_a_route, final_refusal_is_replayed,
    transient_refusal_is_not_replayed, every_response_announces_idempotency_keys,
    refused_order_limit_is_retried_with_the_same_key, invalid_key_is_refused;
    [embedded, postgres, postgres_and_nats, processes]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    concurrent_requests_with_one_key_have_one_effect, payment_in_progress_is_not_replayed;
    [embedded, postgres, postgres_and_nats]
    #[tokio::test]
    key_is_kept_for_a_day, rate_limit_does_not_prevent_a_replay;
}

async fn post(stack: &TestStack, user: &TestSession, path: &str, key: &str, body: &Value) -> Reply {
    stack.raw().post(path).by(user).key(key).json(body).await
}

/// Asserts that a repeated request is replayed, and that the key is refused for another request.
async fn assert_replayed(
    stack: &TestStack,
    user: &TestSession,
    path: &str,
    body: &Value,
    other: &Value,
) -> Value {
    let first = post(stack, user, path, "key-1", body).await;
    let answer = first.ok(201);
    stack.settle().await;
    let before = rows(stack).await;
    for _ in 0..3 {
        let again = post(stack, user, path, "key-1", body).await;
        assert_eq!((again.status, again.text()), (201, first.text()));
    }
    post(stack, user, path, "key-1", other).await.assert_refused(422, "idempotency_key_reused");
    assert_eq!(rows(stack).await, before, "{path}");
    answer
}

async fn creating_routes_replay_their_response(shape: Shape) {
    let mut stack = TestStack::start_on(shape).await;
    let user = stack.session("user").await;
    let (new, other) =
        (json!({ "title": "A ticket", "price": 20 }), json!({ "title": "A ticket", "price": 21 }));
    let ticket = assert_replayed(&stack, &user, "/api/tickets", &new, &other).await;
    let another = list(&stack, &user, "Another", 5.0).await;
    let (new_order, other) = (json!({ "ticketId": ticket["id"] }), json!({ "ticketId": another }));
    let order = assert_replayed(&stack, &user, "/api/orders", &new_order, &other).await;
    let pay = |token: &str| json!({ "orderId": order["id"], "token": token });
    let payment = assert_replayed(&stack, &user, "/api/payments", &pay("tok_visa"), &pay("tok_amex")).await;
    assert_eq!(read_captures(&stack, &id(&order)).await, (1, 2000));

    stack.restart().await;
    for (path, body, answer) in [
        ("/api/tickets", &new, &ticket),
        ("/api/orders", &new_order, &order),
        ("/api/payments", &pay("tok_visa"), &payment),
    ] {
        assert_eq!(
            post(&stack, &user, path, "key-1", body).await.ok(201),
            *answer,
            "a restart forgets nothing"
        );
    }
    stack.finish().await;
}

async fn sign_up_is_replayed_only_with_its_password(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let sign_up = |password: &str| {
        let credentials = json!({ "email": "a@example.com", "password": password });
        stack.raw().post("/api/users/signup").key("key-1").json(&credentials)
    };
    let first = sign_up(PASSWORD).await;
    let user = first.ok(201);
    let again = sign_up(PASSWORD).await;
    assert_eq!(again.ok(201), user);
    // The repeated sign-up returns a session of its own.
    let current = stack.raw().get("/api/users/currentuser").cookie(again.cookie()).await.json();
    assert_eq!(current["currentUser"]["id"], user["id"]);
    let guessed = sign_up("another password").await;
    guessed.assert_refused(422, "idempotency_key_reused");
    assert!(guessed.header("set-cookie").is_empty());
    stack.finish().await;
}

async fn concurrent_requests_with_one_key_have_one_effect(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let user = stack.session("user").await;
    let new = json!({ "title": "A ticket", "price": 20 });
    let all = |path: &'static str, body: Value| {
        let (stack, user) = (&stack, &user);
        async move {
            let post = || async { post(stack, user, path, "key-1", &body).await };
            let replies = join_all((0..20).map(|_| post())).await;
            let mut bodies = Vec::new();
            for reply in replies {
                match reply.status {
                    201 => bodies.push(reply.text()),
                    _ => drop(reply.assert_refused(409, "idempotency_key_in_flight")),
                }
            }
            bodies.dedup();
            assert_eq!(bodies.len(), 1, "{path}: {bodies:?}");
            serde_json::from_str::<Value>(&bodies[0]).unwrap()
        }
    };
    let ticket = all("/api/tickets", new).await;
    let order = all("/api/orders", json!({ "ticketId": ticket["id"] })).await;
    all("/api/payments", json!({ "orderId": order["id"], "token": "tok_visa" })).await;
    assert_eq!(read_captures(&stack, &id(&order)).await, (1, 2000));
    let tickets = stack.raw().get("/api/tickets?status=all").await.json();
    assert_eq!(tickets.as_array().unwrap().len(), 1);
    stack.finish().await;
}

async fn key_is_scoped_to_a_user_and_a_route(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (user, other) = (stack.session("user").await, stack.session("other").await);
    let new = json!({ "title": "A ticket", "price": 20 });
    let own = post(&stack, &user, "/api/tickets", "shared", &new).await.ok(201);
    let others = post(&stack, &other, "/api/tickets", "shared", &new).await.ok(201);
    assert_ne!(own["id"], others["id"]);
    assert_eq!(others["userId"], other.id);
    post(&stack, &user, "/api/orders", "shared", &json!({ "ticketId": own["id"] })).await.ok(201);
    stack.finish().await;
}

async fn final_refusal_is_replayed(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket = list(&stack, &seller, "A ticket", 20.0).await;
    let order = order_when_visible(&stack, &buyer, &ticket).await;
    let pay = json!({ "orderId": order, "token": "tok_chargeDeclined" });
    let declined = post(&stack, &buyer, "/api/payments", "key-1", &pay).await;
    declined.assert_refused(400, "card_declined");
    assert_eq!(declined.header("idempotent-replayed"), "false");
    let again = post(&stack, &buyer, "/api/payments", "key-1", &pay).await;
    assert_eq!((again.status, again.text()), (400, declined.text()), "the key has its answer");
    assert_eq!(again.header("idempotent-replayed"), "true");
    let payments = stack.raw().get("/api/payments").by(&buyer).await.json();
    assert_eq!(payments.as_array().unwrap().len(), 1, "the declined card was asked once");
    stack.finish().await;
}

async fn transient_refusal_is_not_replayed(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, first, second) =
        (stack.session("seller").await, stack.session("first").await, stack.session("second").await);
    let ticket = list(&stack, &seller, "A ticket", 20.0).await;
    let order = order_when_visible(&stack, &first, &ticket).await;
    let body = json!({ "ticketId": ticket });
    post(&stack, &second, "/api/orders", "key-1", &body).await.assert_refused(400, "ticket_reserved");
    cancel(&stack, &first, &order).await.ok(204);
    let won = post(&stack, &second, "/api/orders", "key-1", &body).await;
    let answer = won.ok(201);
    assert_eq!(won.header("idempotent-replayed"), "false");
    assert_eq!(post(&stack, &second, "/api/orders", "key-1", &body).await.ok(201), answer);

    // A refused sign-up does not reserve its key.
    let sign_up = |key: &str, email: &str| {
        let credentials = json!({ "email": email, "password": PASSWORD });
        stack.raw().post("/api/users/signup").key(key).json(&credentials)
    };
    sign_up("1", "a@example.com").await.ok(201);
    sign_up("2", "a@example.com").await.assert_refused(400, "email_in_use");
    sign_up("1", "b@example.com").await.ok(201);
    sign_up("2", "c@example.com").await.ok(201);
    stack.finish().await;
}

fn code(reply: &Reply) -> String {
    reply.json()["errors"][0]["code"].as_str().unwrap_or_default().to_owned()
}

/// Of 25 concurrent payments of one order, each with its own key, none is finally refused because another is in
/// progress.
async fn payment_in_progress_is_not_replayed(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket = list(&stack, &seller, "A ticket", 20.0).await;
    let order = order_when_visible(&stack, &buyer, &ticket).await;
    let pay = |number: usize| {
        let token = if number.is_multiple_of(2) { "tok_visa" } else { "tok_amex" };
        let (stack, buyer, key) = (&stack, &buyer, format!("key-{number}"));
        let body = json!({ "orderId": order, "token": token });
        async move { post(stack, buyer, "/api/payments", &key, &body).await }
    };
    for reply in join_all((0..25).map(pay)).await {
        match reply.status {
            201 => {}
            _ => assert!(
                ["payment_in_progress", "order_paid"].contains(&code(&reply).as_str()),
                "{}",
                reply.text()
            ),
        }
    }
    assert_eq!(read_captures(&stack, &order).await, (1, 2000));
    // A client that retries learns the outcome of the order.
    for reply in join_all((0..25).map(pay)).await {
        assert!(reply.status == 201 || code(&reply) == "order_paid", "{}", reply.text());
    }
    stack.finish().await;
}

async fn every_response_announces_idempotency_keys(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let user = stack.session("user").await;
    for path in ["/api/users/currentuser", "/api/tickets", "/api/orders", "/api/payments"] {
        let reply = stack.raw().get(path).by(&user).await;
        assert_eq!(reply.header("idempotency-keys"), "max-age=86400", "{path}");
    }
    let new = json!({ "title": "A ticket", "price": 20 });
    let without = stack.raw().post("/api/tickets").by(&user).json(&new).await;
    assert!(without.header("idempotent-replayed").is_empty());
    for replayed in ["false", "true"] {
        let reply = post(&stack, &user, "/api/tickets", "key-1", &new).await;
        assert_eq!(reply.header("idempotent-replayed"), replayed);
    }
    stack.finish().await;
}

async fn rate_limit_does_not_prevent_a_replay(shape: Shape) {
    let limit = WriteRate { per_minute: 1, burst: 1 };
    let stack = TestStack::builder().on(shape).with(|settings| settings.writes = limit).start().await;
    let user = stack.session("user").await;
    let new = |price: u32| json!({ "title": "A ticket", "price": price });
    let first = post(&stack, &user, "/api/tickets", "key-1", &new(20)).await;
    first.ok(201);
    let limited = post(&stack, &user, "/api/tickets", "key-2", &new(20)).await;
    limited.assert_refused(429, "too_many_requests");
    assert!(!limited.header("retry-after").is_empty());
    let again = post(&stack, &user, "/api/tickets", "key-1", &new(20)).await;
    assert_eq!((again.status, again.text()), (201, first.text()));
    post(&stack, &user, "/api/tickets", "key-1", &new(21)).await.assert_refused(429, "too_many_requests");
    stack.finish().await;
}

async fn refused_order_limit_is_retried_with_the_same_key(shape: Shape) {
    let stack = TestStack::builder().on(shape).with(|settings| settings.open_orders = 1).start().await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let first = list(&stack, &seller, "First", 20.0).await;
    let second = list(&stack, &seller, "Second", 20.0).await;
    let open = order_when_visible(&stack, &buyer, &first).await;
    let body = json!({ "ticketId": second });
    post(&stack, &buyer, "/api/orders", "key-1", &body).await.assert_refused(429, "too_many_open_orders");
    cancel(&stack, &buyer, &open).await.ok(204);
    post(&stack, &buyer, "/api/orders", "key-1", &body).await.ok(201);
    stack.finish().await;
}

async fn key_is_kept_for_a_day(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let user = stack.session("user").await;
    let new = json!({ "title": "A ticket", "price": 20 });
    let first = post(&stack, &user, "/api/tickets", "key-1", &new).await.ok(201);
    stack.clock().advance(Duration::from_secs(24 * 3600 - 60));
    assert_eq!(post(&stack, &user, "/api/tickets", "key-1", &new).await.ok(201), first);
    stack.clock().advance(Duration::from_secs(120));
    assert_ne!(post(&stack, &user, "/api/tickets", "key-1", &new).await.ok(201)["id"], first["id"]);
    stack.finish().await;
}

async fn invalid_key_is_refused(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let user = stack.session("user").await;
    let before = rows(&stack).await;
    let bodies = [
        ("/api/tickets", json!({ "title": "A ticket", "price": 20 })),
        ("/api/orders", json!({ "ticketId": "x" })),
        ("/api/payments", json!({ "orderId": "x", "token": "tok_visa" })),
        ("/api/users/signup", json!({ "email": "new@example.com", "password": PASSWORD })),
    ];
    for (path, body) in &bodies {
        for key in ["", " ", "a b", "ké", &"k".repeat(256)] {
            let reply = post(&stack, &user, path, key, body).await;
            assert_eq!(reply.fields(), ["Idempotency-Key"], "{path} {key:?}");
        }
        let twice = stack.raw().post(path).by(&user).key("one").key("two").json(body).await;
        assert_eq!(twice.fields(), ["Idempotency-Key"]);
    }
    assert_eq!(rows(&stack).await, before);
    let longest = "k".repeat(255);
    post(&stack, &user, "/api/tickets", &longest, &bodies[0].1).await.ok(201);
    stack.finish().await;
}
