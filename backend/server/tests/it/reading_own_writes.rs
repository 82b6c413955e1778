//! A new ticket or order can be used at once, though another service must receive its event first.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use ticketing_platform::clock::Clock;
use ticketing_testkit::{Shape, TestSession, TestStack, on_shapes};

use crate::support::{list, order, order_when_visible, pay, try_order, try_pay};

on_shapes! {
    [embedded, postgres_and_nats, processes]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    new_tickets_and_orders_are_usable_at_once,
    order_during_an_edit_has_the_old_or_the_new_price;
    [embedded, postgres_and_nats]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    old_unknown_identifier_is_404_without_a_wait,
    recent_unknown_identifier_is_503, future_identifier_is_404_without_a_wait,
    withdrawn_ticket_is_404_at_once;
}

/// The number of concurrent lanes, and of purchases in each.
const MANY: (usize, usize) = (20, 50);
/// The same for ten processes and an ingress on one machine.
const FEW: (usize, usize) = (2, 25);
/// A little less than the time for which a service waits for an event.
const EVENT_WAIT: Duration = Duration::from_millis(900);

async fn new_tickets_and_orders_are_usable_at_once(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (lanes, rounds) = if shape == Shape::Processes { FEW } else { MANY };
    let lane = |number: usize| {
        let stack = &stack;
        async move {
            let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
            for round in 0..rounds {
                let ticket = list(stack, &seller, &format!("Ticket {number}.{round}"), 20.0).await;
                let order = order_when_visible(stack, &buyer, &ticket).await;
                pay(stack, &buyer, &order, "tok_visa").await.ok(201);
            }
        }
    };
    join_all((0..lanes).map(lane)).await;
    let ledger = stack.ledger().await;
    assert_eq!(
        ledger.charges.iter().map(|charge| charge.captures).sum::<i64>(),
        i64::try_from(lanes * rounds).unwrap()
    );
    stack.finish().await;
}

/// Orders and payments refuse this identifier at once. A wait for an event takes as long each time, so the quickest response
/// decides.
async fn assert_not_found_without_wait(stack: &TestStack, buyer: &TestSession, id: &str) {
    let mut quickest = [Duration::MAX; 2];
    for _ in 0..4 {
        let began = Instant::now();
        try_order(stack, buyer, id).await.assert_refused(404, "not_found");
        let ordered = began.elapsed();
        try_pay(stack, buyer, id, "tok_visa").await.assert_refused(404, "not_found");
        quickest = [quickest[0].min(ordered), quickest[1].min(began.elapsed() - ordered)];
    }
    assert!(quickest.iter().all(|response| *response < EVENT_WAIT), "{id}: {quickest:?}");
}

async fn old_unknown_identifier_is_404_without_a_wait(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let buyer = stack.session("buyer").await;
    let old = "0190a6e5-0000-7000-8000-000000000000";
    for id in [old, "5f8d0d55b54764421b7156d9", "nothing"] {
        assert_not_found_without_wait(&stack, &buyer, id).await;
    }
    stack.finish().await;
}

async fn recent_unknown_identifier_is_503(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let buyer = stack.session("buyer").await;
    let young = stack.clock().new_id();
    let began = Instant::now();
    let (ordered, paid) =
        tokio::join!(try_order(&stack, &buyer, &young), try_pay(&stack, &buyer, &young, "tok_visa"));
    for reply in [ordered, paid] {
        reply.assert_refused(503, "not_yet_visible");
        assert_eq!(reply.header("retry-after"), "1");
    }
    assert!(began.elapsed() > EVENT_WAIT, "the service waits for the event");
    // The event of a recent identifier may be on its way for five minutes.
    stack.clock().advance(Duration::from_secs(4 * 60));
    try_order(&stack, &buyer, &young).await.assert_refused(503, "not_yet_visible");
    stack.clock().advance(Duration::from_secs(2 * 60));
    order(&stack, &buyer, &young).await.assert_refused(404, "not_found");
    pay(&stack, &buyer, &young, "tok_visa").await.assert_refused(404, "not_found");
    stack.finish().await;
}

async fn future_identifier_is_404_without_a_wait(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let buyer = stack.session("buyer").await;
    let now = stack.clock().now();
    for ahead in [Duration::from_secs(60), Duration::from_secs(365 * 86_400)] {
        assert_not_found_without_wait(&stack, &buyer, &Clock::manual(now + ahead).new_id()).await;
    }
    stack.finish().await;
}

async fn withdrawn_ticket_is_404_at_once(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket = list(&stack, &seller, "A ticket", 10.0).await;
    stack.raw().delete(&format!("/api/tickets/{ticket}")).by(&seller).await.ok(204);
    stack.settle().await;
    order(&stack, &buyer, &ticket).await.assert_refused(404, "not_found");
    stack.finish().await;
}

async fn order_during_an_edit_has_the_old_or_the_new_price(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket = list(&stack, &seller, "A ticket", 10.0).await;
    let path = format!("/api/tickets/{ticket}");
    stack.raw().put(&path).by(&seller).json(&json!({ "title": "A ticket", "price": 11 })).await.ok(200);
    let order = order(&stack, &buyer, &ticket).await.ok(201);
    let price = order["ticket"]["price"].as_i64().unwrap();
    assert!(price == 10 || price == 11, "{price}");
    stack.finish().await;
}
