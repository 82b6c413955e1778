//! `POST /api/orders`

use std::time::Duration;

use serde_json::json;
use ticketing_sdk::Timestamp;
use ticketing_testkit::{Shape, TestStack, eventually, on_shapes};

use crate::support::{cancel, id, list, order, order_of, order_when_visible, pay, ticket};

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    order_reserves_its_ticket, own_ticket_can_be_ordered, sold_ticket_cannot_be_ordered,
    unpaid_orders_are_limited_to_twenty, order_requires_a_ticket_id,
    order_with_an_outdated_price_is_refused,
    cancelled_reservation_pauses_reorders_of_its_buyer, sales_end_when_the_event_starts;
}

async fn sales_end_when_the_event_starts(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let starts = (stack.clock().now() + Duration::from_secs(600)).to_string();
    let new = json!({ "title": "Opera", "price": 20, "venue": "Tivoli", "startsAt": starts });
    let ticket_id = id(&stack.raw().post("/api/tickets").by(&seller).json(&new).await.ok(201));
    stack.settle().await;
    let made = order(&stack, &buyer, &ticket_id).await.ok(201);
    assert_eq!(made["expiresAt"], starts, "a reservation ends at the start of the event");
    assert_eq!((&made["ticket"]["venue"], &made["ticket"]["startsAt"]), (&json!("Tivoli"), &json!(starts)));
    stack.clock().advance(Duration::from_secs(600));
    eventually!(order_of(&stack, &buyer, &id(&made)).await["status"] == "cancelled");
    assert_eq!(order_of(&stack, &buyer, &id(&made)).await["cancelReason"], "expired");
    let refused = order(&stack, &buyer, &ticket_id).await;
    assert_eq!(refused.assert_refused(400, "ticket_past"), "The event has started");
    stack.finish().await;
}

async fn order_reserves_its_ticket(shape: Shape) {
    let ttl = Duration::from_secs(600);
    let stack = TestStack::builder().on(shape).order_ttl(ttl).start().await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket_id = list(&stack, &seller, "A ticket", 20.5).await;
    let made = order(&stack, &buyer, &ticket_id).await.ok(201);
    assert_eq!((&made["status"], &made["version"]), (&json!("created"), &json!(0)));
    assert_eq!(made["userId"], buyer.id);
    let expected = json!({ "id": ticket_id, "title": "A ticket", "price": 20.5, "version": 0 });
    assert_eq!(made["ticket"], expected);
    let time = |name: &str| made[name].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert_eq!(time("expiresAt"), time("createdAt") + ttl);
    assert_eq!(order_of(&stack, &buyer, &id(&made)).await, made);
    eventually!(ticket(&stack, &ticket_id).await["orderId"] == made["id"]);
    order(&stack, &seller, &ticket_id).await.assert_refused(400, "ticket_reserved");
    order(&stack, &buyer, &ticket_id).await.assert_refused(400, "ticket_reserved");
    stack.finish().await;
}

async fn own_ticket_can_be_ordered(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    let ticket = list(&stack, &seller, "A ticket", 20.0).await;
    order_when_visible(&stack, &seller, &ticket).await;
    stack.finish().await;
}

async fn sold_ticket_cannot_be_ordered(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket = list(&stack, &seller, "A ticket", 20.0).await;
    let first = order_when_visible(&stack, &buyer, &ticket).await;
    pay(&stack, &buyer, &first, "tok_visa").await.ok(201);
    order(&stack, &seller, &ticket).await.assert_refused(400, "ticket_reserved");
    stack.finish().await;
}

async fn unpaid_orders_are_limited_to_twenty(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer, other) =
        (stack.session("seller").await, stack.session("buyer").await, stack.session("other").await);
    let mut orders = Vec::new();
    for number in 0..20 {
        let ticket = list(&stack, &seller, &format!("Ticket {number}"), 20.0).await;
        orders.push(order_when_visible(&stack, &buyer, &ticket).await);
    }
    let more = list(&stack, &seller, "One more", 20.0).await;
    let reply = order(&stack, &buyer, &more).await;
    reply.assert_refused(429, "too_many_open_orders");
    assert!(reply.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds >= 1));
    let others = order_when_visible(&stack, &other, &more).await;
    cancel(&stack, &other, &others).await.ok(204);

    pay(&stack, &buyer, &orders[0], "tok_visa").await.ok(201);
    stack.settle().await;
    let replacing = order_when_visible(&stack, &buyer, &more).await;
    let another = list(&stack, &seller, "And another", 20.0).await;
    order(&stack, &buyer, &another).await.assert_refused(429, "too_many_open_orders");
    cancel(&stack, &buyer, &replacing).await.ok(204);
    order_when_visible(&stack, &buyer, &another).await;
    stack.finish().await;
}

async fn order_requires_a_ticket_id(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let buyer = stack.session("buyer").await;
    for body in [json!({}), json!({ "ticketId": "" }), json!({ "ticketId": "  " }), json!({ "ticketId": 7 })]
    {
        let reply = stack.raw().post("/api/orders").by(&buyer).json(&body).await;
        assert_eq!(reply.fields(), ["ticketId"], "{body}");
    }
    stack.finish().await;
}

async fn order_with_an_outdated_price_is_refused(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket = list(&stack, &seller, "A ticket", 20.0).await;
    let path = format!("/api/tickets/{ticket}");
    stack.raw().put(&path).by(&seller).json(&json!({ "title": "A ticket", "price": 25.5 })).await.ok(200);
    stack.settle().await;
    let at = |price: serde_json::Value| {
        let body = json!({ "ticketId": ticket, "price": price });
        stack.raw().post("/api/orders").by(&buyer).key("key-1").json(&body)
    };
    for shown in [json!(20), json!("20.00"), json!(25.49)] {
        let reply = at(shown).await;
        reply.assert_refused(409, "price_changed");
        let fault = &reply.json()["errors"][0];
        assert_eq!((&fault["field"], &fault["price"]), (&json!("price"), &json!(25.5)));
    }
    for nonsense in [json!("cheap"), json!([20]), json!(-1), json!(true)] {
        assert_eq!(at(nonsense).await.fields(), ["price"]);
    }
    // The key of a refused request can be used for the new price.
    let order = at(json!(25.5)).await.ok(201);
    assert_eq!(order["ticket"]["price"], 25.5);
    at(json!(20)).await.assert_refused(422, "idempotency_key_reused");
    stack.finish().await;
}

async fn cancelled_reservation_pauses_reorders_of_its_buyer(shape: Shape) {
    let pause = Duration::from_secs(60);
    let stack = TestStack::builder().on(shape).with(|settings| settings.reorder_pause = pause).start().await;
    let (seller, buyer, rival) =
        (stack.session("seller").await, stack.session("buyer").await, stack.session("rival").await);
    let ticket_id = list(&stack, &seller, "A ticket", 20.0).await;
    let first = order_when_visible(&stack, &buyer, &ticket_id).await;
    cancel(&stack, &buyer, &first).await.ok(204);
    let reply = order(&stack, &buyer, &ticket_id).await;
    reply.assert_refused(429, "reorder_too_soon");
    let wait: u64 = reply.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    let rivals = order_when_visible(&stack, &rival, &ticket_id).await;
    cancel(&stack, &rival, &rivals).await.ok(204);
    stack.clock().advance(pause);
    order_when_visible(&stack, &buyer, &ticket_id).await;
    stack.finish().await;
}
