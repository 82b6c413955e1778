//! `DELETE /api/orders/{id}`

use serde_json::json;
use ticketing_testkit::{Shape, TestStack, eventually, on_shapes};

use crate::support::{cancel, list, order_of, order_when_visible, pay, ticket};

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    cancelled_order_frees_its_ticket, freed_ticket_can_be_ordered_at_once;
}

async fn cancelled_order_frees_its_ticket(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket_id = list(&stack, &seller, "A ticket", 20.0).await;
    let order = order_when_visible(&stack, &buyer, &ticket_id).await;
    let reply = cancel(&stack, &buyer, &order).await;
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    let cancelled = order_of(&stack, &buyer, &order).await;
    assert_eq!((&cancelled["status"], &cancelled["version"]), (&json!("cancelled"), &json!(1)));
    assert_eq!(cancelled["cancelReason"], "buyer");
    cancel(&stack, &buyer, &order).await.ok(204);
    assert_eq!(order_of(&stack, &buyer, &order).await, cancelled, "a second time changes nothing");
    eventually!(ticket(&stack, &ticket_id).await["status"] == "available");
    pay(&stack, &buyer, &order, "tok_visa").await.assert_refused(400, "order_cancelled");
    stack.finish().await;
}

async fn freed_ticket_can_be_ordered_at_once(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket_id = list(&stack, &seller, "A ticket", 20.0).await;
    for _ in 0..20 {
        let order = order_when_visible(&stack, &buyer, &ticket_id).await;
        cancel(&stack, &buyer, &order).await.ok(204);
    }
    stack.settle().await;
    let free = ticket(&stack, &ticket_id).await;
    assert_eq!(free["status"], "available");
    stack.finish().await;
}
