//! The NATS server crashes, and loses its store.

use ticketing_testkit::{Shape, TestStack};

use super::Market;
use crate::support::{list, operate, order_when_visible, pay, read_captures, try_order, try_pay};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeated_kills_of_nats_are_tolerated() {
    let mut market = Market::start().await;
    for answers_meanwhile in [0, 15, 0] {
        market.stack.nats().kill().await;
        market.clients.wait_for_responses(answers_meanwhile).await;
        market.stack.nats().start().await;
        market.clients.wait_for_responses(40).await;
    }
    market.finish().await;
}

/// The services recreate the stream and continue. The operator republishes the lost events while no service runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_stream_is_rebuilt_from_the_outboxes() {
    let mut market = Market::start().await;
    market.stack.nats().kill().await;
    market.stack.nats().lose_store();
    market.stack.nats().start().await;
    market.clients.wait_for_responses(20).await;
    for number in market.stack.cluster().processes() {
        assert!(market.stack.cluster().terminate(number).await.success());
    }
    operate(&mut market.stack, &["republish"]).await;
    for number in market.stack.cluster().processes() {
        market.stack.cluster().restart_process(number).await;
    }
    market.clients.wait_for_responses(20).await;
    market.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payments_without_nats_are_pending_or_not_visible() {
    let mut stack = TestStack::start_on(Shape::Processes).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let known = list(&stack, &seller, "Known to payments", 10.0).await;
    let other = list(&stack, &seller, "Ordered meanwhile", 20.0).await;
    stack.settle().await;
    let earlier = order_when_visible(&stack, &buyer, &known).await;
    stack.settle().await;
    stack.nats().kill().await;
    let listed_meanwhile = list(&stack, &seller, "Listed meanwhile", 30.0).await;
    try_order(&stack, &buyer, &listed_meanwhile).await.assert_refused(503, "not_yet_visible");
    let meanwhile = order_when_visible(&stack, &buyer, &other).await;
    try_pay(&stack, &buyer, &meanwhile, "tok_visa").await.assert_refused(503, "not_yet_visible");
    assert_eq!(pay(&stack, &buyer, &earlier, "tok_visa").await.ok(202)["status"], "authorized");
    stack.nats().start().await;
    stack.settle().await;
    assert_eq!(read_captures(&stack, &earlier).await, (1, 1000));
    assert_eq!(read_captures(&stack, &meanwhile).await, (0, 0));
    pay(&stack, &buyer, &meanwhile, "tok_visa").await.ok(201);
    stack.finish().await;
}
