//! `POST /api/payments`

use serde_json::json;
use ticketing_testkit::{Shape, TestStack, on_shapes};

use crate::support::{list, order_when_visible, pay, rows};

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    payment_has_the_fields_of_the_contract, payment_requires_order_id_and_token;
}

async fn payment_has_the_fields_of_the_contract(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let order = order_when_visible(&stack, &buyer, &list(&stack, &seller, "A ticket", 20.0).await).await;
    let payment = pay(&stack, &buyer, &order, "tok_visa").await.ok(201);
    let mut names: Vec<&str> = payment.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["amount", "createdAt", "currency", "id", "orderId", "status", "stripeId"]);
    assert_eq!((&payment["amount"], &payment["status"]), (&json!(20), &json!("succeeded")));
    let ledger = stack.ledger().await;
    assert_eq!(payment["stripeId"], ledger.charges[0].id.as_str());
    stack.finish().await;
}

async fn payment_requires_order_id_and_token(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let buyer = stack.session("buyer").await;
    let before = rows(&stack).await;
    for (body, fields) in [
        (json!({}), vec!["orderId", "token"]),
        (json!({ "orderId": "", "token": "" }), vec!["orderId", "token"]),
        (json!({ "orderId": 7, "token": 7 }), vec!["orderId", "token"]),
        (json!({ "token": "tok_visa" }), vec!["orderId"]),
    ] {
        let reply = stack.raw().post("/api/payments").by(&buyer).json(&body).await;
        assert_eq!(reply.fields(), fields, "{body}");
    }
    // The order is checked before the token.
    for token in [json!("4242 4242 4242 4242"), json!(null), json!(""), json!(7)] {
        let body = json!({ "orderId": "x", "token": token });
        stack.raw().post("/api/payments").by(&buyer).json(&body).await.assert_refused(404, "not_found");
    }
    assert_eq!(rows(&stack).await, before);
    stack.finish().await;
}
