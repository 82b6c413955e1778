//! `DELETE /api/tickets/{id}`

use serde_json::json;
use ticketing_testkit::{Shape, TestStack, eventually, on_shapes};

use crate::support::{list, order, order_when_visible, ticket};

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    withdrawn_ticket_is_gone_for_everyone, reserved_ticket_cannot_be_withdrawn;
}

async fn withdrawn_ticket_is_gone_for_everyone(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let id = list(&stack, &seller, "A ticket", 20.0).await;
    let path = format!("/api/tickets/{id}");
    let reply = stack.raw().delete(&path).by(&seller).await;
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    stack.raw().get(&path).await.assert_refused(404, "not_found");
    stack.raw().delete(&path).by(&seller).await.assert_refused(404, "not_found");
    stack
        .raw()
        .put(&path)
        .by(&seller)
        .json(&json!({ "title": "x", "price": 1 }))
        .await
        .assert_refused(404, "not_found");
    for query in ["", "?status=all", "?status=all&seller=me"] {
        let tickets = stack.raw().get(&format!("/api/tickets{query}")).by(&seller).await.ok(200);
        assert_eq!(tickets, json!([]), "{query}");
    }
    stack.settle().await;
    order(&stack, &buyer, &id).await.assert_refused(404, "not_found");
    stack.finish().await;
}

async fn reserved_ticket_cannot_be_withdrawn(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let id = list(&stack, &seller, "A ticket", 20.0).await;
    order_when_visible(&stack, &buyer, &id).await;
    eventually!(ticket(&stack, &id).await["status"] == "reserved");
    let reply = stack.raw().delete(&format!("/api/tickets/{id}")).by(&seller).await;
    assert_eq!(reply.assert_refused(400, "ticket_reserved"), "Cannot delete a reserved ticket");
    stack.finish().await;
}
