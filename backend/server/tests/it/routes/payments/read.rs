//! `GET /api/payments` and `GET /api/payments/{id}`

use ticketing_testkit::{Shape, TestStack, on_shapes};

use crate::support::{id, list, order_when_visible, pay};

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    own_payments_are_listed_and_read;
}

async fn own_payments_are_listed_and_read(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let mut payments = Vec::new();
    for number in 0..3 {
        let ticket = list(&stack, &seller, &format!("Ticket {number}"), 20.0).await;
        let order = order_when_visible(&stack, &buyer, &ticket).await;
        payments.push(pay(&stack, &buyer, &order, "tok_visa").await.ok(201));
    }
    let own = stack.raw().get("/api/payments").by(&buyer).await.ok(200);
    assert_eq!(*own.as_array().unwrap(), payments);
    let reply = stack.raw().get("/api/payments?limit=2").by(&buyer).await;
    assert_eq!(*reply.ok(200).as_array().unwrap(), payments[..2]);
    let rest = stack.raw().get(&reply.next_page().unwrap()).by(&buyer).await;
    assert_eq!(*rest.ok(200).as_array().unwrap(), payments[2..]);
    for payment in &payments {
        let path = format!("/api/payments/{}", id(payment));
        let reply = stack.raw().get(&path).by(&buyer).await;
        assert_eq!(reply.ok(200), *payment);
        assert!(!reply.header("etag").is_empty());
    }
    stack.finish().await;
}
