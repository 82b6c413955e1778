//! `GET /api/tickets/{id}`

use serde_json::json;
use ticketing_testkit::{Shape, TestStack, eventually, on_shapes};

use crate::support::{cancel, list, order_when_visible, pay, ticket};

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    ticket_has_its_version_as_etag, version_increments_with_each_change;
}

async fn ticket_has_its_version_as_etag(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    let path = format!("/api/tickets/{}", list(&stack, &seller, "A ticket", 20.0).await);
    assert_eq!(stack.raw().get(&path).await.header("etag"), "\"0\"");
    let edited = json!({ "title": "Edited", "price": 21 });
    stack.raw().put(&path).by(&seller).json(&edited).await.ok(200);
    let reply = stack.raw().get(&path).await;
    assert_eq!((reply.header("etag"), &reply.json()["version"]), ("\"1\"", &json!(1)));
    stack.finish().await;
}

async fn version_increments_with_each_change(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let id = list(&stack, &seller, "A ticket", 20.0).await;
    let seen = async || {
        let ticket = ticket(&stack, &id).await;
        (ticket["version"].as_i64().unwrap(), ticket["status"].as_str().unwrap().to_owned())
    };
    let is = |version: i64, status: &str| (version, status.to_owned());
    let path = format!("/api/tickets/{id}");
    let edited = json!({ "title": "Edited", "price": 21 });
    stack.raw().put(&path).by(&seller).json(&edited).await.ok(200);
    assert_eq!(seen().await, is(1, "available"));
    stack.raw().put(&path).by(&seller).json(&edited).await.ok(200);
    assert_eq!(seen().await, is(1, "available"), "nothing changed");
    let order = order_when_visible(&stack, &buyer, &id).await;
    eventually!(seen().await == is(2, "reserved"));
    assert_eq!(ticket(&stack, &id).await["orderId"], order.as_str());
    cancel(&stack, &buyer, &order).await.ok(204);
    eventually!(seen().await == is(3, "available"));
    let order = order_when_visible(&stack, &buyer, &id).await;
    pay(&stack, &buyer, &order, "tok_visa").await.ok(201);
    eventually!(seen().await == is(5, "sold"));
    assert_eq!(ticket(&stack, &id).await["orderId"], order.as_str());
    stack.finish().await;
}
