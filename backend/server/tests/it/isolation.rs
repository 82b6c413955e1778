//! The data of one user is not visible to others.

use serde_json::json;
use ticketing_testkit::{Shape, TestStack, eventually, on_shapes};

use crate::support::{cancel, id, list, order_of, order_when_visible, pay, read_captures, ticket};

on_shapes! {
    [embedded, postgres, postgres_and_nats, processes]
    #[tokio::test]
    orders_and_payments_are_visible_to_their_owner_only, tickets_are_edited_by_their_seller_only,
    email_is_visible_to_its_owner_only;
}

async fn orders_and_payments_are_visible_to_their_owner_only(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer, other) =
        (stack.session("seller").await, stack.session("buyer").await, stack.session("other").await);
    let (raw, ticket_id) = (stack.raw(), list(&stack, &seller, "A ticket", 20.0).await);
    let order_id = order_when_visible(&stack, &buyer, &ticket_id).await;
    let order_path = format!("/api/orders/{order_id}");
    for stranger in [&other, &seller] {
        raw.get(&order_path).by(stranger).await.assert_refused(401, "not_owner");
        cancel(&stack, stranger, &order_id).await.assert_refused(401, "not_owner");
        pay(&stack, stranger, &order_id, "tok_visa").await.assert_refused(401, "not_owner");
        assert_eq!(raw.get("/api/orders").by(stranger).await.ok(200), json!([]));
    }
    assert_eq!(order_of(&stack, &buyer, &order_id).await["status"], "created");
    assert_eq!(read_captures(&stack, &order_id).await, (0, 0));

    let payment = id(&pay(&stack, &buyer, &order_id, "tok_visa").await.ok(201));
    let payment_path = format!("/api/payments/{payment}");
    raw.get(&payment_path).by(&buyer).await.ok(200);
    for stranger in [&other, &seller] {
        raw.get(&payment_path).by(stranger).await.assert_refused(401, "not_owner");
        assert_eq!(raw.get("/api/payments").by(stranger).await.ok(200), json!([]));
        pay(&stack, stranger, &order_id, "tok_visa").await.assert_refused(401, "not_owner");
    }
    for path in [&order_path, &payment_path] {
        raw.get(path).await.assert_refused(401, "not_signed_in");
    }
    stack.finish().await;
}

async fn tickets_are_edited_by_their_seller_only(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, other) = (stack.session("seller").await, stack.session("other").await);
    let ticket_id = list(&stack, &seller, "A ticket", 20.0).await;
    let path = format!("/api/tickets/{ticket_id}");
    let cheap = json!({ "title": "Stolen", "price": 0.01 });
    stack.raw().put(&path).by(&other).json(&cheap).await.assert_refused(401, "not_owner");
    stack.raw().delete(&path).by(&other).await.assert_refused(401, "not_owner");
    stack.raw().put(&path).json(&cheap).await.assert_refused(401, "not_signed_in");
    stack.raw().delete(&path).await.assert_refused(401, "not_signed_in");
    let unchanged = ticket(&stack, &ticket_id).await;
    assert_eq!((&unchanged["title"], &unchanged["version"]), (&json!("A ticket"), &json!(0)));
    let own = stack.raw().get("/api/tickets?seller=me&status=all").by(&other).await.ok(200);
    assert_eq!(own, json!([]));
    stack.finish().await;
}

async fn email_is_visible_to_its_owner_only(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket_id = list(&stack, &seller, "A ticket", 20.0).await;
    let mut live = stack.raw().get("/api/tickets").events().await;
    let order_id = order_when_visible(&stack, &buyer, &ticket_id).await;
    pay(&stack, &buyer, &order_id, "tok_visa").await.ok(201);
    eventually!(ticket(&stack, &ticket_id).await["status"] == "sold");
    for path in [
        format!("/api/tickets/{ticket_id}"),
        "/api/tickets?status=all".to_owned(),
        format!("/api/orders/{order_id}"),
        "/api/orders".to_owned(),
        "/api/payments".to_owned(),
    ] {
        let reply = stack.raw().get(&path).by(&buyer).await;
        reply.ok(200);
        assert!(!reply.text().contains('@'), "{path}: {}", reply.text());
        assert!(!reply.text().contains("tok_"), "{path}: {}", reply.text());
    }
    for event in live.take(2).await {
        let data = event.data.unwrap();
        assert!(!data.contains('@') && !data.contains(&buyer.id), "the feed reveals the buyer: {data}");
    }
    stack.finish().await;
}
