//! `GET /api/orders`

use ticketing_testkit::{Shape, TestSession, TestStack, on_shapes};

use crate::support::{cancel, list, order_when_visible, pay};

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    own_orders_are_listed_oldest_first;
}

async fn ids(stack: &TestStack, by: &TestSession, query: &str) -> Vec<String> {
    let (mut path, mut ids) = (format!("/api/orders?{query}"), Vec::new());
    loop {
        let reply = stack.raw().get(&path).by(by).await;
        let page = reply.ok(200);
        ids.extend(page.as_array().unwrap().iter().map(|order| order["id"].as_str().unwrap().to_owned()));
        match reply.next_page() {
            Some(next) => path = next,
            None => return ids,
        }
    }
}

async fn own_orders_are_listed_oldest_first(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer, other) =
        (stack.session("seller").await, stack.session("buyer").await, stack.session("other").await);
    let mut own = Vec::new();
    for number in 0..7 {
        let ticket = list(&stack, &seller, &format!("Ticket {number}"), 20.0).await;
        own.push(order_when_visible(&stack, &buyer, &ticket).await);
        let ticket = list(&stack, &seller, &format!("Other {number}"), 20.0).await;
        order_when_visible(&stack, &other, &ticket).await;
    }
    cancel(&stack, &buyer, &own[1]).await.ok(204);
    pay(&stack, &buyer, &own[2], "tok_visa").await.ok(201);
    stack.settle().await;
    assert_eq!(ids(&stack, &buyer, "").await, own);
    for limit in [1, 3, 7] {
        assert_eq!(ids(&stack, &buyer, &format!("limit={limit}")).await, own);
    }
    for (query, expected) in [
        ("status=all", own.clone()),
        ("status=cancelled", vec![own[1].clone()]),
        ("status=complete", vec![own[2].clone()]),
        ("status=complete,cancelled", own[1..3].to_vec()),
        ("status=awaiting:payment", vec![]),
        ("status=created&limit=2", [&own[..1], &own[3..]].concat()),
    ] {
        assert_eq!(ids(&stack, &buyer, query).await, expected, "{query}");
    }
    stack.finish().await;
}
