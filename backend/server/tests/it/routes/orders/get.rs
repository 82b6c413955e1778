//! `GET /api/orders/{id}`

use serde_json::json;
use ticketing_testkit::{Shape, TestStack, on_shapes};

use crate::support::{list, order_when_visible, pay};

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    order_has_its_version_as_etag, order_keeps_the_ticket_as_ordered;
}

async fn order_has_its_version_as_etag(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let order = order_when_visible(&stack, &buyer, &list(&stack, &seller, "A ticket", 20.0).await).await;
    let path = format!("/api/orders/{order}");
    assert_eq!(stack.raw().get(&path).by(&buyer).await.header("etag"), "\"0\"");
    pay(&stack, &buyer, &order, "tok_visa").await.ok(201);
    stack.settle().await;
    let reply = stack.raw().get(&path).by(&buyer).await;
    assert_eq!(reply.header("etag"), "\"2\"");
    assert_eq!((&reply.json()["status"], &reply.json()["version"]), (&json!("complete"), &json!(2)));
    stack.finish().await;
}

async fn order_keeps_the_ticket_as_ordered(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket = list(&stack, &seller, "A ticket", 20.0).await;
    let order = order_when_visible(&stack, &buyer, &ticket).await;
    stack.raw().delete(&format!("/api/orders/{order}")).by(&buyer).await.ok(204);
    stack.settle().await;
    let edited = json!({ "title": "Dearer", "price": 99 });
    stack.raw().put(&format!("/api/tickets/{ticket}")).by(&seller).json(&edited).await.ok(200);
    stack.settle().await;
    let kept = stack.raw().get(&format!("/api/orders/{order}")).by(&buyer).await.ok(200);
    assert_eq!((&kept["ticket"]["title"], &kept["ticket"]["price"]), (&json!("A ticket"), &json!(20)));
    stack.finish().await;
}
